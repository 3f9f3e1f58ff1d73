// The inner loops of the engine. One source (a .inc file for each family, and kernels.inc with their table) is compiled
// once for each instruction set; `tandem_kernels` gives the table that suits this machine. Kernels never allocate,
// print or fail; they trust their callers.
//
// Layout. Activations are in blocks of 16 channels: a value (n, c, y, x) is at
//     base + n * image + (c / 16) * block + y * row + x * 16 + c % 16            (strides in floats)
// and maps have a halo of zeros where a reader reaches over their edge. A flat vector is a map of 1x1 whose blocks follow
// each other. Weights are in panels of 32 outputs: [K/32][C][taps][32]. Lanes that pad channels hold zeros.
//
// Every sum runs in a fixed order over lanes that are output channels, so bits depend neither on the number of threads nor
// on the width of the vectors. A fused multiply-add is always asked for by name.
#ifndef TANDEM_KERNELS_H
#define TANDEM_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Where values stand: see "Layout" above. `base` is the value (0, 0, 0, 0), the halo lies before it.
typedef struct {
    float *base;
    ptrdiff_t image, block, row;
} tandem_map;

/// A product of weight panels with pixels: convolution, its data gradient, and linear layers.
/// For each pixel p and output k of a panel:  y[p][k] = bias[k] + sum over c, t of x[p + x_offsets[t]][c] * w[c][t][k]
typedef struct {
    tandem_map x, y;
    /// The grid of pixels of one image, and how far apart they are in x and in y (floats).
    int32_t height, width;
    ptrdiff_t x_row_step, x_column_step, y_row_step, y_column_step;
    /// Input channels, without padding.
    int32_t channels;
    /// Positions of the window: where each reads in x and in the weights of a channel (floats).
    int32_t taps;
    const int32_t *x_offsets, *w_offsets;
    /// From one channel's weights to the next (floats).
    ptrdiff_t w_channel;
    /// Whether max(0, y) is stored, and whether sums begin with what is in y instead of the bias.
    int32_t has_relu, accumulate;
} tandem_product;

/// The gradient of weights, for 32 outputs, up to 8 input channels and one tap:
/// dw[c][k] (+)= sum over n, r, q of x[n][r * x_row_step + q * x_column_step][c] * dy[n][r * dy_row + q * dy_column_step][k]
typedef struct {
    const float *x;
    ptrdiff_t x_image, x_row_step, x_column_step;
    const float *dy;
    ptrdiff_t dy_image, dy_block, dy_row, dy_column_step;
    int32_t images, height, width;
    /// Rows of dw that are stored, 1...8, and the distance between them (floats).
    int32_t channels;
    ptrdiff_t dw_channel;
} tandem_weight_gradient;

/// The windows of a pooling over one map: window (i, j) covers rows[2i] ..< rows[2i+1] and columns[2j] ..< columns[2j+1],
/// clipped to the map.
typedef struct {
    int32_t height, width;
    const int32_t *rows, *columns;
    /// Rows and columns of each window that count for a mean: its sum is divided by their product.
    const int32_t *row_counts, *column_counts;
    /// Whether every value of x is in exactly one window: gradients are then written, not added. With `is_pairs` the windows
    /// are of 2x2.
    int32_t is_partition, is_pairs;
    /// Rows of x, of its gradient, and of y or its gradient.
    ptrdiff_t x_row, dx_row, y_row;
} tandem_pooling;

/// The kinds of Winograd's tiles among some: those in the last column, all others, those in the last row, and those in
/// both. The last row and column cover what is left of the map, 1 to `size` outputs; such tiles have a value at fewer of the
/// `(size + 2)^2` positions. Transformed, tiles of a kind follow each other, so that those with a value at a position are a range.
typedef struct {
    int32_t size, last_rows, last_columns;
    /// Where each kind begins, and where the last one ends.
    int32_t slots[5];
} tandem_tile_kinds;

/// Winograd's tiles over one map: tile (i, j) of an image covers the outputs from (i * size, j * size), and reads or adds to
/// two rows and columns more of the input from the same place minus the padding. Tiles are numbered over images, rows, columns.
/// Value (position, slot, lane) of a transformed tile is at position * `position` + slot * 16 + lane.
typedef struct {
    tandem_map map;
    tandem_tile_kinds kinds;
    /// Rows and columns of the map: nothing beyond them is added to.
    int32_t height, width;
    int32_t tile_rows, tile_columns;
    /// Zeros before the first row and column of the input.
    int32_t padding_top, padding_left;
    ptrdiff_t position;
    /// Where the maximum of each window of 2x2 is taken with the output: which value of the window it was, one byte for each value
    /// of the map, which is the pooled one; else null.
    uint8_t *winners;
    ptrdiff_t winners_image, winners_block, winners_row;
    /// Whether an output goes past the caches.
    int32_t streams;
} tandem_tiling;

/// Products at each position of transformed tiles:
/// y[position][k / 16][tile][k % 16] (+)= sum over c of x[position][c / 16][tile][c % 16] * w[position][k / 32][c][k % 32]
typedef struct {
    const float *x, *w;
    float *y;
    ptrdiff_t x_position, x_block, w_position, w_panel, y_position, y_block;
    /// Eights of tiles are computed: there is room for seven more than `tiles`.
    int32_t positions, channels, panels, tiles, accumulate;
    /// Which of the tiles have a value at a position; where its size is 0, all have one at each.
    tandem_tile_kinds kinds;
} tandem_tile_product;

/// The gradient of transformed weights:
/// dw[position][k / 32][c][k % 32] (+)= sum over tiles of x[position][c / 16][tile][c % 16] * dy[position][k / 16][tile][k % 16]
typedef struct {
    const float *x, *dy;
    float *dw;
    ptrdiff_t x_position, x_block, dy_position, dy_block, dw_position, dw_panel;
    int32_t positions, channels, panels, tiles, accumulate;
    tandem_tile_kinds kinds;
} tandem_tile_gradient;

/// The transforms of Winograd's minimal filtering F(m x n, 3 x 3) (Lavin and Gray 2016), each with its adjoint. `block` is
/// the block of 16 channels, `first ..< first + count` the tiles.
typedef struct {
    /// V = B' x B
    void (*input)(const tandem_tiling *g, int32_t block, int64_t first, int64_t count, float *v);
    /// x += B V B', where the first tile of an image begins with zeros.
    void (*input_gradient)(const tandem_tiling *g, int32_t block, int64_t first, int64_t count, const float *v);
    /// y = A' m A + bias[16], and max(0, y) where asked for, or the maxima of its windows. `bias` may be null.
    void (*output)(const tandem_tiling *g, int32_t block, int64_t first, int64_t count, const float *m, const float *bias,
                   int32_t has_relu);
    /// m = A dy A', where dy counts as 0 unless `y` > 0 (`y` may be null); adds dy to sum[16].
    void (*output_gradient)(const tandem_tiling *g, const tandem_map *y, int32_t block, int64_t first, int64_t count, float *m,
                            float *sum);
    /// U = G w G' for `rows` consecutive input channels of panels, w [rows][9][32] to u [position][rows][32].
    void (*weights)(const float *w, int64_t rows, float *u, ptrdiff_t position);
    /// w = G' U G
    void (*weights_gradient)(const float *u, ptrdiff_t position, int64_t rows, float *w);
} tandem_winograd;

/// An elementwise function: y = f(x), and dx = dy * f'(x), for `count` values, a multiple of 16. `setting` is the slope of a
/// leakyrelu below zero, or the alpha of an elu. With `streams` what is written goes past the caches.
typedef struct {
    const char *name;
    void (*forward)(float setting, const float *x, float *y, int64_t count, int32_t streams);
    void (*gradient)(float setting, const float *x, const float *y, const float *dy, float *dx, int64_t count, int32_t streams);
} tandem_activation;

/// The settings of one optimizer step.
typedef struct {
    float learning_rate, momentum, weight_decay;
    /// What weights are multiplied by before a step of Adam or Lion: 1 - learning rate * decay where that is decoupled (AdamW), else 1.
    float weight_factor;
    int32_t is_nesterov;
    /// 1 - beta1, beta2 and 1 - beta2: each rounded from double, for 1 - 0.999 in float is off by 1.3e-5.
    float rest1, beta2, rest2, epsilon;
    /// learning rate / (1 - beta1^t), and 1 / sqrt(1 - beta2^t)
    float step_size, root_scale;
} tandem_optimizer;

/// An optimizer's rule: one fused pass over `count` parameters (a multiple of 16), their gradient and moments, which
/// are arrays `moment` floats apart.
typedef struct {
    const char *name;
    void (*run)(const tandem_optimizer *o, float *weights, const float *gradient, float *moments, ptrdiff_t moment,
                int64_t count);
} tandem_update;

/// From one row to the next of a layer's input, output and their gradients (floats).
typedef struct {
    ptrdiff_t x, y, dy, dx;
} tandem_rows;

/// A norm over all channels at each pixel.
typedef struct {
    int32_t channels, has_relu;
    double epsilon;
    /// Of each channel; zero in lanes that pad the last block.
    const float *scale, *shift;
    /// From one block of 16 channels to the next (floats).
    ptrdiff_t x_block, y_block, dy_block, dx_block;
} tandem_layer_norm;

/// Some channels of an image, from any on: the value (c, y, x) is at base + (c / 16) * block + y * row + x * 16 + c % 16, and `first` is
/// the first c of them.
typedef struct {
    float *base;
    ptrdiff_t block, row;
    int32_t height, width, first, count;
} tandem_channels;

/// A channel of a batch of maps: its first value, and from one image and one row to the next (floats).
typedef struct {
    const float *x;
    ptrdiff_t image, row;
} tandem_lane;

/// A stream of Philox4x32-10: its key, low word first, and the words 1 to 3 of its counter.
typedef struct {
    uint32_t key0, key1, counter1, counter2, counter3;
} tandem_philox;

typedef struct {
    const char *name;

    /// Pixels `first ..< first + count` (numbered over images, rows, columns) of outputs `0 ..< 16 * vectors` (vectors 1 or 2)
    /// of one panel. `y` and `bias` are those of the panel's first output; `bias` may be null.
    void (*product)(const tandem_product *p, const float *w, const float *bias, float *y, int32_t vectors, int64_t first,
                    int64_t count);

    /// `accumulate` 0 overwrites dw. `vectors` as above: with 1 the upper 16 lanes count as zero.
    void (*weight_gradient)(const tandem_weight_gradient *g, float *dw, int32_t vectors, int32_t accumulate);

    /// The same where row c of dw belongs to x[offsets[c]] instead of x[c]: a few channels and their taps together fill a tile.
    void (*weight_gradient_rows)(const tandem_weight_gradient *g, const int32_t *offsets, float *dw, int32_t vectors,
                                 int32_t accumulate);
    /// `product` and `weight_gradient` over pairs of bfloat16 numbers, with one tap: a lane of x and w holds two channels, so that `channels`, `w_channel`
    /// and the strides of x count pairs, eight to a block; a lane of x and dy holds two pixels. Sums are in float32. These four are null where the
    /// processor does not multiply such pairs.
    void (*mixed_product)(const tandem_product *p, const float *w, const float *bias, float *y, int32_t vectors, int64_t first,
                          int64_t count);
    void (*mixed_weight_gradient)(const tandem_weight_gradient *g, float *dw, int32_t vectors, int32_t accumulate);
    /// Pairs of channels of `count` pixels that follow each other: 16 floats become 8 pairs.
    void (*pack_channels)(const float *x, int64_t count, float *to);
    /// Pairs of rows of 16 * `vectors` floats, `step` apart; the last of an odd number is paired with zeros.
    void (*pack_rows)(const float *from, ptrdiff_t step, int64_t rows, int32_t vectors, float *to);

    /// A convolution in which each channel has a filter of its own, for 16 channels of one image: y[p] = bias + sum over t of
    /// x[p + x_offsets[t]] * w[w_offsets[t]]. `channels`, `w_channel`, `accumulate` and the bases of the maps are not read.
    void (*depthwise)(const tandem_product *p, const float *x, const float *w, const float *bias, float *y);
    /// Its gradient, summed over the images of `g`: dw[t * 16] = sum of x[x_offsets[t]] * dy.
    void (*depthwise_gradient)(const tandem_weight_gradient *g, const int32_t *x_offsets, int32_t taps, float *dw);

    /// A panel of the transposed weights: to[k][t][c] for 32 input channels from `first_channel` (zeros beyond `channels`),
    /// from w [K/32][channels][taps][32].
    void (*transpose_panel)(const float *w, int32_t outputs, int32_t channels, int32_t taps, int32_t first_channel, float *to);

    void (*tile_product)(const tandem_tile_product *p);
    void (*tile_gradient)(const tandem_tile_gradient *g);
    /// With tiles of 2x2 and of 4x4.
    tandem_winograd winograd2, winograd4;

    /// to[i] = partials[i] + partials[stride + i] + ..., in this order; `count` is a multiple of 16.
    void (*sum_partials)(const float *partials, ptrdiff_t stride, int32_t partial_count, float *to, int64_t count);

    /// Over one block of one image: where `y` is given, dy becomes 0 unless y > 0; sums dy into sum[16].
    void (*mask_and_sum)(float *dy, ptrdiff_t dy_row, const float *y, ptrdiff_t y_row, int32_t height, int32_t width,
                         float *sum);

    /// Elementwise functions by name, in the same order for each instruction set; the last has none.
    const tandem_activation *activations;

    /// y = x, and x * slope below zero, for `count` values (a multiple of 16) of 16 channels with slopes of their own.
    void (*prelu)(const float *slopes, const float *x, float *y, int64_t count);
    /// Its gradient; that of the slopes is added to sum[16]. `dx` may be null.
    void (*prelu_gradient)(const float *slopes, const float *x, const float *dy, float *dx, int64_t count, double *sum);

    /// Poolings over one block of one image. The first maximum wins, and a NaN is the maximum. Gradients are added to dx, or
    /// written where windows are a partition.
    void (*max_pool)(const tandem_pooling *p, const float *x, float *y);
    void (*max_pool_gradient)(const tandem_pooling *p, const float *x, const float *dy, float *dx);
    void (*average_pool)(const tandem_pooling *p, const float *x, float *y);
    void (*average_pool_gradient)(const tandem_pooling *p, const float *dy, float *dx);

    /// Factors of a dropout: 0 with probability `rate`, else `kept`, for `count` values (a multiple of 16) of the places from
    /// 4 * `first_draw`. The random numbers are those of Philox4x32-10 with the stream's key and counter.
    void (*dropout_factors)(const tandem_philox *stream, uint32_t first_draw, float rate, float kept, float *factors,
                            int64_t count);

    /// Batch norm over one block of 16 channels of one image. Sums are added to what is in sums[32]: x and x^2, or dy and
    /// dy * (x - mean), where dy counts as 0 unless `y` > 0 (`y` may be null).
    void (*moments)(const float *x, ptrdiff_t row, int32_t height, int32_t width, double *sums);
    void (*gradient_moments)(const float *x, const float *y, const float *dy, tandem_rows rows, int32_t height, int32_t width,
                             const float *mean, double *sums);
    /// y = (x - mean) * scale + shift, and max(0, y) where asked for.
    void (*normalize)(const float *x, ptrdiff_t x_row, float *y, ptrdiff_t y_row, int32_t height, int32_t width,
                      const float *mean, const float *scale, const float *shift, int32_t has_relu, int32_t streams);
    /// dx = a * dy + (b * (x - mean) + c), with dy as above.
    void (*normalize_gradient)(const float *x, const float *y, const float *dy, float *dx, tandem_rows rows, int32_t height,
                               int32_t width, const float *mean, const float *a, const float *b, const float *c, int32_t streams);

    /// Layer norm over `count` pixels that follow each other: y = (x - mean) * scale * p->scale + p->shift, and max(0, y) where asked
    /// for. Mean and scale, which is 1 / deviation, are written for each pixel.
    void (*layer_norm)(const tandem_layer_norm *p, const float *x, float *y, int64_t count, float *mean, float *scale);
    /// Its gradient, with dy as above; `dx` may be null. The gradients of p->scale and p->shift are added to totals[32] of each block.
    void (*layer_norm_gradient)(const tandem_layer_norm *p, const float *x, const float *y, const float *dy, float *dx,
                                int64_t count, const float *mean, const float *scale, double *totals);

    /// y = x * factors[16], over one block of one image.
    void (*scale_channels)(const float *x, ptrdiff_t x_row, float *y, ptrdiff_t y_row, int32_t height, int32_t width,
                           const float *factors);
    /// Adds a * b to sums[16], over one block of one image.
    void (*channel_products)(const float *a, ptrdiff_t a_row, const float *b, ptrdiff_t b_row, int32_t height, int32_t width,
                             double *sums);

    /// y = the channels `lanes[count]` of an image, and zeros in the lanes behind them, over one block.
    void (*gather_channels)(const tandem_lane *lanes, int32_t count, int64_t image, float *y, ptrdiff_t y_row, int32_t height,
                            int32_t width);

    /// Channels as a matrix of pixels, times a factor: to[c / lanes][pixel][c % lanes], where lanes are 16 or 32, `group` floats from one
    /// group of lanes to the next. Lanes after the last channel become zero.
    void (*take_channels)(const tandem_channels *c, float factor, int32_t lanes, ptrdiff_t group, float *to);
    /// The same back, times a factor; lanes of other channels stay.
    void (*put_channels)(const tandem_channels *c, float factor, int32_t lanes, ptrdiff_t group, const float *from);

    /// y = e^(x - largest) / sum over the channels of one pixel, `x_block` and `y_block` floats from one 16 of them to the next, with room
    /// for as many doubles in whole sixteens. Lanes after the last channel become zero, or NaN where all are.
    void (*softmax_channels)(const float *x, ptrdiff_t x_block, float *y, ptrdiff_t y_block, int32_t channels, double *scratch);
    /// Over the rows of s [columns / 16][row][16], `block` floats from one 16 columns to the next: s = e^(s - largest) / sum. Lanes after
    /// the last column become zero.
    void (*softmax_rows)(float *s, ptrdiff_t block, int32_t rows, int32_t columns);
    /// ds = s * (ds - sum of s * ds), row by row.
    void (*softmax_rows_gradient)(const float *s, float *ds, ptrdiff_t block, int32_t rows, int32_t columns);

    /// y = x + a map in panels of 32 channels, [C / 32][pixel][32], over one block of one image; `panel` is the first of the block's lanes.
    void (*add_panel)(const float *x, ptrdiff_t x_row, const float *panel, float *y, ptrdiff_t y_row, int32_t height, int32_t width);
    /// panel (+)= dy, likewise.
    void (*sum_to_panel)(const float *dy, ptrdiff_t dy_row, float *panel, int32_t height, int32_t width, int32_t accumulate);

    /// Sets the lanes from `lanes` on to zero, over one block of one image.
    void (*clear_lanes)(float *x, ptrdiff_t row, int32_t height, int32_t width, int32_t lanes);

    /// y[i] = a[i] + b[i], and max(0, y) where asked for.
    void (*add)(const float *a, const float *b, float *y, int32_t has_relu, int64_t count);

    /// y[i] = x[i] * factor[i]
    void (*multiply)(const float *x, const float *factor, float *y, int64_t count);

    /// The sum of x[i]^2 in double, over sixteen lanes that are joined in a fixed order; `count` is a multiple of 16.
    double (*sum_of_squares)(const float *x, int64_t count);
    /// x[i] *= factor
    void (*scale)(float *x, float factor, int64_t count);

    /// Muon's matrices: a block of 16 channels of the map [n / 16][m][16] of a weight [outputs / 32][rows][32], times `factor`.
    /// n is the smaller side; transposed, it is `rows`.
    void (*matrix_to_map)(const float *panels, int32_t outputs, int32_t rows, int32_t is_transposed, int32_t block, float factor,
                          float *map);
    /// weights = factor * weights + rate * map, over a panel of 32 outputs.
    void (*matrix_step)(const float *map, ptrdiff_t block, int32_t outputs, int32_t rows, int32_t is_transposed, int32_t panel,
                        float factor, float rate, float *weights);
    /// Copies rows of panel p and columns of panel q of a symmetric [n / 32][n][32] to its other half, and to a map or null.
    void (*mirror_block)(float *panels, int32_t n, int32_t p, int32_t q, float *map, ptrdiff_t block);
    /// square = a + b * gram + c * square, over the same block.
    void (*polynomial_block)(const float *gram, float *square, int32_t n, int32_t p, int32_t q, float a, float b, float c);

    /// The rules of optimizers by name; the last has none.
    const tandem_update *updates;
} tandem_kernel_table;

/// The table of an instruction set (`avx512`, `avx2`, `portable`), or of the best one of this machine for null; null where the machine
/// does not have it or there is no such set.
const tandem_kernel_table *tandem_kernels(const char *instruction_set);

/// The sum of a[i] * b[i], for initial weights.
double tandem_row_product(const double *a, const double *b, int64_t count);
/// a[i] -= b[i] * factor
void tandem_subtract_row(double *a, const double *b, double factor, int64_t count);
/// The sum of a[y][x] * b[y][x] over parts of maps with so many floats from row to row.
double tandem_map_product(const float *a, const float *b, ptrdiff_t row, int32_t height, int32_t width);

#endif
