// Only the types and constants: the library itself is opened at first use, see Libraries/Download.swift.
#include <curl/curl.h>

// Swift cannot call variadic functions; these call the one that was found in the opened library.
static inline CURLcode tandem_curl_set_long(void *setopt, CURL *handle, CURLoption option, long value) {
    return ((CURLcode (*)(CURL *, CURLoption, ...))setopt)(handle, option, value);
}

static inline CURLcode tandem_curl_set_pointer(void *setopt, CURL *handle, CURLoption option, const void *value) {
    return ((CURLcode (*)(CURL *, CURLoption, ...))setopt)(handle, option, value);
}

static inline CURLcode tandem_curl_set_writer(void *setopt, CURL *handle, curl_write_callback writer) {
    return ((CURLcode (*)(CURL *, CURLoption, ...))setopt)(handle, CURLOPT_WRITEFUNCTION, writer);
}

static inline CURLcode tandem_curl_get_long(void *getinfo, CURL *handle, CURLINFO info, long *value) {
    return ((CURLcode (*)(CURL *, CURLINFO, ...))getinfo)(handle, info, value);
}

static inline CURLcode tandem_curl_get_size(void *getinfo, CURL *handle, CURLINFO info, curl_off_t *value) {
    return ((CURLcode (*)(CURL *, CURLINFO, ...))getinfo)(handle, info, value);
}
