// Only the types and constants: the library itself is opened at first use, see Libraries/Download.swift.
#include <curl/curl.h>
