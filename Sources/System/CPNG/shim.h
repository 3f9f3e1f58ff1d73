#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

// libpng leaves a faulty file by longjmp, which Swift cannot receive, and keeps pointers from call to call. So one file
// is read within one call here: nothing is kept, nothing is allocated but by libpng.

// What is read, and how far; what was wrong.
struct tandem_png_source {
    const unsigned char *bytes;
    size_t count;
    char *message;
};

static inline void tandem_png_fail(png_structp png, png_const_charp text) {
    struct tandem_png_source *source = (struct tandem_png_source *)png_get_error_ptr(png);
    strncpy(source->message, text, 99);
    png_longjmp(png, 1);
}

static inline void tandem_png_warn(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static inline void tandem_png_take(png_structp png, png_bytep target, size_t count) {
    struct tandem_png_source *source = (struct tandem_png_source *)png_get_io_ptr(png);
    if (count > source->count) png_error(png, "it is truncated");
    memcpy(target, source->bytes, count);
    source->bytes += count;
    source->count -= count;
}

// The size of a PNG, and with `pixels` its pixels [H, W, 3]: palettes and gray become colors, of sixteen bits the
// upper eight are taken, transparency and gamma are left out, as by Pillow's `convert("RGB")`. Without `pixels` the
// size alone. `message` has 100 zeroed bytes. Returns 1, or 0 after a fault.
static inline int tandem_png_read(
    const unsigned char *bytes, size_t count, uint32_t *height, uint32_t *width, unsigned char *pixels, char *message
) {
    struct tandem_png_source source = {bytes, count, message};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, tandem_png_fail, tandem_png_warn);
    if (!png) return 0;
    // Set before setjmp, so that it is known after a jump.
    png_infop info = png_create_info_struct(png);
    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return 0;
    }
    png_set_read_fn(png, &source, tandem_png_take);
    // Text, profiles and whatever else a file carries along is not kept.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_read_info(png, info);
    uint32_t rows = png_get_image_height(png, info), columns = png_get_image_width(png, info);
    if (pixels && (rows != *height || columns != *width)) png_error(png, "its size changed");
    *height = rows;
    *width = columns;
    if (pixels) {
        png_set_palette_to_rgb(png);
        png_set_expand_gray_1_2_4_to_8(png);
        png_set_strip_16(png);
        png_set_strip_alpha(png);
        png_set_gray_to_rgb(png);
        int passes = png_set_interlace_handling(png);
        png_read_update_info(png, info);
        if (png_get_rowbytes(png, info) != 3 * (size_t)columns) png_error(png, "its pixels are of an unknown kind");
        for (int pass = 0; pass < passes; pass++)
            for (uint32_t row = 0; row < rows; row++) png_read_row(png, pixels + 3 * (size_t)columns * row, NULL);
    }
    png_destroy_read_struct(&png, &info, NULL);
    return 1;
}
