/* The image kernels, in the plain C that cffi reads too: pure functions over the caller's memory.
 *
 * None allocates, keeps anything between calls or starts a thread, so each may be called from any thread at any time,
 * even after sddl_shutdown() or in a forked child, as long as no two calls write to the same memory. Every length,
 * offset and count in the data is checked against the sizes given. Results are 0 or a count, or SDDL_E_ARGUMENT for
 * invalid arguments.
 *
 * Pixels are RGBA, four bytes in that order, straight alpha. Offsets count from the start of the file. */

enum sddl_imaging {
    SDDL_LZW_LEAD = 288, /* bytes of a work buffer before the first index */
    SDDL_LZW_SLACK = 192 /* and after its last */
};

enum sddl_disposal { SDDL_DISPOSE_KEEP = 0, SDDL_DISPOSE_BACKGROUND = 1, SDDL_DISPOSE_PREVIOUS = 2 };

enum sddl_blend { SDDL_BLEND_SOURCE = 0, SDDL_BLEND_MASK = 1, SDDL_BLEND_OVER = 2 };

enum sddl_scan_state {
    SDDL_SCAN_MORE = 0,     /* capacity was used up: call again */
    SDDL_SCAN_COMPLETE = 1, /* read to the file's proper end */
    SDDL_SCAN_BROKEN = 2    /* the file ends, or is invalid, from `position` on */
};

enum sddl_pixel_status {
    SDDL_PIXELS_WHOLE = 0,
    SDDL_PIXELS_SHORT = 1, /* the stream ends properly before the last pixel */
    SDDL_PIXELS_CUT = 2,   /* the data ran out before the last pixel */
    SDDL_PIXELS_BROKEN = 3 /* the data is invalid from some pixel on */
};

/* The frames that a frame depends on. */
typedef struct sddl_dependency {
    int32_t base;      /* the frame that this one is drawn over after its disposal; -1 = none is needed */
    int32_t key_frame; /* the first frame of the chain of bases; the frame itself without a base */
} sddl_dependency;

/* ---- GIF: container ---- */

typedef struct sddl_gif_frame {
    uint32_t x;
    uint32_t y;
    uint32_t width;
    uint32_t height;
    int32_t delay;       /* hundredths of a second; -1 without a graphic control extension */
    int32_t transparent; /* index of the transparent colour; -1 = no colour */
    uint8_t disposal;    /* sddl_disposal */
    uint8_t interlaced;
    uint8_t code_size; /* LZW minimum code size as stored */
    uint8_t whole;     /* 0 if the file ends within this frame's data */
    sddl_dependency dependency;
    uint32_t palette_entries; /* of the local colour table; 0 = the global one is used */
    uint64_t palette;         /* its offset */
    uint64_t begin;           /* first data sub-block */
    uint64_t end;             /* behind the block terminator, or the end of the data */
} sddl_gif_frame;

/* Zeroed before the first call of sddl_gif_scan(), then carried from call to call. */
typedef struct sddl_gif_index {
    uint32_t width; /* logical screen */
    uint32_t height;
    uint64_t palette;         /* global colour table */
    uint32_t palette_entries; /* 0 = none */
    int32_t repetitions;      /* the loop extension's number; -1 = no such extension so far */
    int32_t state;            /* sddl_scan_state */
    int32_t more;        /* set by the caller: more data will follow, and what is cut off is left to the next call */
    uint64_t position;   /* where the next call continues; 0 = not begun */
    uint64_t skipped_to; /* the end of the sub-blocks that have been skipped after `position`; 0 = none */
    int32_t next_delay;  /* of the graphic control extension for the next image */
    int32_t next_transparent;
    uint32_t next_disposal;
    sddl_dependency next;
    uint32_t canvas_width; /* the logical screen, enlarged to hold the first frame; 0, 0 before that is known */
    uint32_t canvas_height;
    uint32_t frame_count; /* so far */
} sddl_gif_index;

/* Indexes up to `capacity` further frames, in file order, and returns how many. A frame that is not whole is the last.
 * No pixel is decoded. The data may be at another address in each call. SDDL_E_ARGUMENT if it is shorter than a GIF's
 * header. */
int64_t sddl_gif_scan(const uint8_t *data, size_t size, sddl_gif_index *index, sddl_gif_frame *frames, size_t capacity);
/* The delays of `count` frames in nanoseconds; -1 = none. */
int sddl_gif_delays(const sddl_gif_frame *frames, size_t count, int64_t *nanoseconds);

/* ---- PNG: container ---- */

typedef struct sddl_span {
    uint64_t begin;
    uint64_t end;
} sddl_span;

typedef struct sddl_png_frame {
    uint32_t x;
    uint32_t y;
    uint32_t width;
    uint32_t height;
    uint32_t delay_numerator;
    uint32_t delay_denominator; /* as stored: 0 means 100 */
    uint8_t disposal;           /* sddl_disposal */
    uint8_t blend;              /* sddl_blend */
    uint16_t pad;
    uint32_t pad2;
    sddl_dependency dependency;
    uint64_t first_span; /* its zlib stream: spans[first_span .. first_span + span_count) joined */
    uint64_t span_count;
} sddl_png_frame;

/* Zeroed before the first call of sddl_png_scan(), then carried from call to call. */
typedef struct sddl_png_index {
    uint32_t width;
    uint32_t height;
    uint8_t bit_depth;
    uint8_t colour_type;
    uint8_t interlaced;
    uint8_t animated;         /* an animation control chunk came before the picture data */
    int32_t state;            /* sddl_scan_state */
    uint32_t declared_frames; /* the numbers of frames and plays in that chunk */
    uint32_t plays;
    int32_t uncertain; /* the file ends after the last frame's data: only decoding shows whether the frame is whole */
    int32_t more;      /* set by the caller: more data will follow, and what is cut off is left to the next call */
    uint64_t position; /* where the next call continues; 0 = not begun */
    sddl_span palette; /* bodies of PLTE and tRNS; 0, 0 = none */
    sddl_span transparency;
    uint64_t frame_count; /* animation frames with data, at most `declared_frames` */
    uint64_t span_count;
    uint64_t still_first; /* spans of the default image */
    uint64_t still_count;
    uint64_t early_control; /* position of a frame control chunk before the animation control chunk; 0 = none */
    sddl_png_frame control; /* the frame whose data is being read */
    uint8_t has_control;    /* whether `control` is valid */
    uint8_t bad_animation;  /* the animation was invalid before any picture data came */
    uint8_t counted;        /* the frame of `control` is counted already: see sddl_png_count_frame() */
    uint8_t pad;
    uint32_t sequence;
    uint32_t previous; /* kind of the chunk before */
    uint32_t pad2;
    sddl_dependency next;
} sddl_png_index;

/* Continues to index a file that begins with the PNG signature, until `frame_capacity` further frames are found or
 * `span_capacity` further spans (so that state is SDDL_SCAN_MORE) or the file ends; returns how many frames. The data
 * may be at another address in each call. The checksums of all chunks but IDAT and fdAT are verified; a wrong one ends
 * the file there, or has the chunk skipped if the chunk is ancillary. Those two hold zlib streams, which have checksums
 * of their own. SDDL_E_ARGUMENT if the header is cut off or broken. */
int64_t sddl_png_scan(const uint8_t *data, size_t size, sddl_png_index *index, sddl_png_frame *frames,
                      size_t frame_capacity, sddl_span *spans, size_t span_capacity);
/* While data is still to come: counts the frame whose data was read last, which the caller knows to be whole, before
 * the next chunk confirms that. Returns 1 and the frame, or 0 if there is no such frame or it is counted already. */
int sddl_png_count_frame(sddl_png_index *index, sddl_png_frame *frame);
/* The delays of `count` frames in nanoseconds. */
int sddl_png_delays(const sddl_png_frame *frames, size_t count, int64_t *nanoseconds);

/* ---- composition ---- */

typedef struct sddl_canvas {
    uint8_t *pixels;
    size_t size;   /* bytes there */
    size_t stride; /* from row to row */
    uint32_t width;
    uint32_t height;
} sddl_canvas;

/* May reach beyond the canvas. */
typedef struct sddl_rect {
    uint32_t x;
    uint32_t y;
    uint32_t width;
    uint32_t height;
} sddl_rect;

enum sddl_draw_flag {
    SDDL_DRAW_REPLACE = 1, /* as if the rectangle had been cleared before */
    SDDL_DRAW_WHOLE = 2    /* nothing is drawn if pixels are missing */
};

/* Decodes one whole frame of a GIF and draws it. `work` holds SDDL_LZW_LEAD + its pixels + SDDL_LZW_SLACK bytes at least, all of
 * which may be overwritten. Transparent pixels are left as they are; with `under`, of the canvas's size and in other memory, they are
 * copied from there (what is outside the frame is not); with SDDL_DRAW_REPLACE in `flags` they become transparent black. Missing
 * pixels count as transparent; colours that the palette lacks are opaque black. What follows the last pixel is not looked at. Returns
 * sddl_pixel_status. */
int sddl_gif_draw(const uint8_t *data, size_t size, const sddl_gif_index *index, const sddl_gif_frame *frame,
                  const sddl_canvas *canvas, const sddl_canvas *under, int flags, uint8_t *work, size_t work_size);
/* The two halves of sddl_gif_draw(): the first decodes into `work`, the second draws what is there. All pixels must
 * have been decoded. */
int sddl_gif_decode(const uint8_t *data, size_t size, const sddl_gif_frame *frame, uint8_t *work, size_t work_size);
int sddl_gif_paint(const uint8_t *data, size_t size, const sddl_gif_index *index, const sddl_gif_frame *frame,
                   const sddl_canvas *canvas, const sddl_canvas *under, int flags, uint8_t *work, size_t work_size);
/* RGBA pixels of the rectangle's size. SDDL_BLEND_MASK copies pixels whose alpha is not 0; SDDL_BLEND_OVER is source over
 * destination in straight alpha, with exact values rounded to nearest. */
int sddl_draw_pixels(const sddl_canvas *canvas, const sddl_rect *rect, const uint8_t *pixels, size_t size,
                     size_t stride, int blend);
/* Copies rectangles from one canvas to the same places in another of the same size; without `source`, makes them
 * transparent black. The part of them that lies in `exclude` is left as it is; NULL = no part. */
int sddl_restore(const sddl_canvas *target, const sddl_canvas *source, const sddl_rect *rects, size_t count,
                 const sddl_rect *exclude);
/* Copies rectangles out of a canvas to `saved`, one after the other, rows without gaps, and back. Rectangles are
 * clipped to the canvas. Both return the number of bytes; SDDL_E_ARGUMENT if `size` is less. */
int64_t sddl_save(const sddl_canvas *canvas, const sddl_rect *rects, size_t count, uint8_t *saved, size_t size);
int64_t sddl_put_back(const sddl_canvas *canvas, const sddl_rect *rects, size_t count, const uint8_t *saved,
                      size_t size);

/* ---- pixel layouts ---- */

enum sddl_layout {
    SDDL_LAYOUT_RGBA = 0,
    SDDL_LAYOUT_BGRA = 1,
    SDDL_LAYOUT_PREMULTIPLIED =
        2 /* added to one of these: each colour becomes colour * alpha / 255, rounded to nearest */
};

/* From straight RGBA. In place if both are the same memory with the same stride; otherwise they do not overlap. */
int sddl_convert(const sddl_canvas *target, const sddl_canvas *source, int layout);

/* ---- colours ---- */

/* A factor for the three channels of a pixel, which depends on how much light there is. */
typedef struct sddl_gain {
    int32_t weights[3];    /* of each channel's light, in units of 1/65536; all 0: the brightest channel counts */
    int32_t range_bits;    /* the table is of light from 0 to 2^range_bits, and its last entry of all above; 12 to 30 */
    int32_t factors[4097]; /* in units of 1/65536, at equal distances of light; up to 2^24 */
} sddl_gain;

/* What light stored values mean, 65536 being white's, and which stored value of sRGB a light has. */
typedef struct sddl_colours {
    uint32_t light[3][256]; /* of each value of red, green and blue; up to 2^24 */
    int32_t gain_count;     /* 0 to 2 */
    int32_t wide[9];        /* from that light to the light that gains are for, which is the same if there are none */
    sddl_gain gains[2];     /* applied one after the other */
    int32_t matrix[9];      /* from that light to sRGB's, row by row, in units of 1/65536; between -2^24 and 2^24 */
    uint8_t encoded[4097];  /* of light from 0 to white's, at equal distances */
} sddl_colours;

/* From straight RGBA to the same in sRGB, light beyond 0 and white's cut off; alpha stays. As for sddl_convert(). */
int sddl_convert_colours(const sddl_canvas *target, const sddl_canvas *source, const sddl_colours *colours);

/* ---- block characters ---- */

enum { SDDL_CELL_COLUMNS = 4, SDDL_CELL_ROWS = 16, SDDL_SYMBOLS = 256 }; /* at most, but for the columns */

/* Characters of a terminal that paint some of a cell's dots in one colour and leave the others in the background's. */
typedef struct sddl_symbols {
    const uint64_t *masks; /* the dots that each paints: bit 0 is at the top left, bit 1 at its right, bit 4 below */
    uint32_t count;
    uint32_t opaque; /* so many of them, the first, are enough where no dot is transparent; at least 1 */
    uint32_t rows;   /* of dots in a cell */
} sddl_symbols;

/* What one cell shows: the number of a symbol, and what it is painted with. */
typedef struct sddl_cell {
    uint8_t front[3];
    uint8_t symbol;
    uint8_t back[3];
    uint8_t opaque; /* 1 if the background has the colour `back`, 0 if it is left transparent */
} sddl_cell;

/* Makes cells, row by row, of a picture of whole ones. In cells without a transparent dot (alpha 0) the symbol and the
 * mean colours of both its sides are those that differ least from the dots, by the sum of squares. In others the symbol
 * is the one that differs least from the dots that are not transparent, and the background stays transparent. Of equal
 * symbols the first. SDDL_E_ARGUMENT unless `count` is the picture's number of cells. */
int sddl_fit_symbols(const sddl_canvas *picture, const sddl_symbols *symbols, sddl_cell *cells, size_t count);

/* Makes cells of the symbols 0, a space, 1, an upper half, and 2, a lower half, of a picture of an even height: each
 * shows a dot above another. Dots whose alpha is 0 are left transparent. SDDL_E_ARGUMENT as above. */
int sddl_half_cells(const sddl_canvas *picture, sddl_cell *cells, size_t count);

/* At most: bytes of UTF-8 of a symbol, and bytes that one cell is written as. */
enum { SDDL_GLYPH_BYTES = 4, SDDL_CELL_BYTES = 64 };

/* A picture of cells to be written for a terminal. */
typedef struct sddl_cell_text {
    const sddl_cell *cells; /* row by row */
    const sddl_cell *shown; /* what the terminal shows there; NULL: nothing */
    uint32_t columns;
    uint32_t rows;
    uint32_t column; /* of the first cell on the terminal, from 0 */
    uint32_t row;
    const char *glyphs; /* of each symbol SDDL_GLYPH_BYTES, a shorter one with zeros behind */
    uint32_t glyph_count;
    int32_t palette;  /* 1: in xterm's 256 colours, 0: in 24 bits */
    int32_t in_lines; /* 1: as lines of text, without moving the cursor */
} sddl_cell_text;

/* Writes the cells, or only those that differ from `shown`, whatever takes fewer bytes: colours as SGR parameters, set
 * where they change, and at the end the terminal's own. Returns the number of bytes. SDDL_E_ARGUMENT: a cell has no such
 * symbol, or there is no room for two times SDDL_CELL_BYTES of each cell and of one more. */
int64_t sddl_write_cells(const sddl_cell_text *text, uint8_t *output, size_t size);

/* ---- PNG: pixels ---- */

/* The number of bytes that the zlib stream of a frame inflates to; SDDL_E_ARGUMENT if PNG has no such format, or for
 * more than 2^62 bytes. */
int64_t sddl_png_frame_size(const sddl_png_index *index, const sddl_png_frame *frame);
/* Unfilters, deinterlaces, expands to RGBA and draws a frame at its place on the canvas: all of it or, if the rows are
 * invalid, nothing. `filtered` is overwritten. Samples of 16 bits lose their low byte. Returns sddl_pixel_status, or
 * SDDL_E_ARGUMENT. */
int sddl_png_draw(const uint8_t *data, size_t size, const sddl_png_index *index, const sddl_png_frame *frame,
                  uint8_t *filtered, size_t filtered_size, const sddl_canvas *canvas);
