/* PNG's pixels: unfiltering, in unfilter.c and paeth.c, and expansion, in expand.c; used by unpack.c. */
#ifndef SDDL_PNG_H
#define SDDL_PNG_H

#include "imaging/indexed.h"

enum { SDDL_PNG_PAETH = 4, SDDL_PNG_FILTERS = 5 };

/* Undoes the filter of one row. row[0] is the filter, one of those five, `length` bytes follow, which go to `to`: row + 1, or other
 * memory. `above` are those of the row before, NULL for the first one; `step`: bytes from a sample to the same one of the pixel to
 * the left. */
void sddl_png_unfilter(uint8_t *to, const uint8_t *row, const uint8_t *above, size_t length, size_t step);

/* The same of a row with filter SDDL_PNG_PAETH that is not the first; `row` is that behind the filter. */
void sddl_png_unfilter_paeth(uint8_t *to, const uint8_t *row, const uint8_t *above, size_t length, size_t step);
/* True if this row and the next, neither of them the first, are best unfiltered together: that takes two thirds of the time. */
bool sddl_png_is_pair(const uint8_t *row, const uint8_t *next, size_t step);
void sddl_png_unfilter_pair(uint8_t *to, uint8_t *to_next, const uint8_t *row, const uint8_t *next,
                            const uint8_t *above, size_t length, size_t step);

/* How samples are converted to RGBA. */
struct sddl_png_colours {
    uint8_t bit_depth;
    uint8_t colour_type;
    bool keyed;                          /* one colour is transparent */
    uint8_t key[6];                      /* as samples are stored */
    uint8_t palette[SDDL_PALETTE_BYTES]; /* up to 8 bits a pixel, grey too */
};

/* False if PNG knows no such format, or its palette is missing, too large or not within the data. */
bool sddl_png_prepare(const uint8_t *data, size_t size, const sddl_png_index *index, struct sddl_png_colours *colours);
/* A pixel's; 0 if PNG knows no such format. */
unsigned sddl_png_bits(uint8_t bit_depth, uint8_t colour_type);
/* True if samples are RGBA pixels already. */
bool sddl_png_is_rgba(const struct sddl_png_colours *colours);
/* For drawing over pixels: true if samples are bytes and number colours each of which is opaque or transparent. Those that are
 * transparent become 0, all four bytes. */
bool sddl_png_use_as_mask(struct sddl_png_colours *colours);
/* `count` pixels, written `gap` bytes apart. */
void sddl_png_expand(const struct sddl_png_colours *colours, const uint8_t *samples, size_t count, uint8_t *to,
                     size_t gap);

#endif
