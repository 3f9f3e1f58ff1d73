#include <string.h>
#include <zlib.h>

// `inflateInit2` is a macro, which Swift does not see.
static inline int tandem_inflate_begin(z_stream *stream, int is_gzip) {
    memset(stream, 0, sizeof *stream);
    return inflateInit2(stream, is_gzip ? 15 + 16 : 15);
}
