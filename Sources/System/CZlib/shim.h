#include <string.h>
#include <zlib.h>

// `inflateInit2` is a macro, which Swift does not see. Gzip or zlib, as the stream itself says.
static inline int tandem_inflate_begin(z_stream *stream) {
    memset(stream, 0, sizeof *stream);
    return inflateInit2(stream, 15 + 32);
}
