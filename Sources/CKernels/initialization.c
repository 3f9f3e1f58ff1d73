// What initial weights are made with, in double: sums of products of rows, over eight lanes that are joined in a fixed order. One
// build for all instruction sets: it runs once a training.
#include "kernels.h"

static double joined(const double *lanes) {
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

double tandem_row_product(const double *a, const double *b, int64_t count) {
    double lanes[8] = {0};
    int64_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (int lane = 0; lane < 8; lane++) lanes[lane] += a[i + lane] * b[i + lane];
    for (; i < count; i++) lanes[i % 8] += a[i] * b[i];
    return joined(lanes);
}

void tandem_subtract_row(double *a, const double *b, double factor, int64_t count) {
    for (int64_t i = 0; i < count; i++) a[i] -= b[i] * factor;
}

double tandem_map_product(const float *a, const float *b, ptrdiff_t row, int32_t height, int32_t width) {
    double lanes[8] = {0};
    for (int32_t y = 0; y < height; y++, a += row, b += row) {
        int32_t x = 0;
        for (; x + 8 <= width; x += 8)
            for (int lane = 0; lane < 8; lane++) lanes[lane] += (double)a[x + lane] * (double)b[x + lane];
        for (; x < width; x++) lanes[x % 8] += (double)a[x] * (double)b[x];
    }
    return joined(lanes);
}
