/* Cells of block characters as the bytes that make a terminal show them. */
#include "imaging/imaging.h"

enum { NONE = -1, GLYPH = SDDL_GLYPH_BYTES, MOST_CELLS_ACROSS = UINT16_MAX };

struct writer {
    uint8_t *at;
    const sddl_cell_text *text;
    int32_t front; /* the colours that the terminal has; NONE: none has been set, or the terminal's own */
    int32_t back;
};

/* ---- cells of two dots, one above the other ---- */

static sddl_cell half_cell(const uint8_t *upper, const uint8_t *lower) {
    enum { BLANK, UPPER, LOWER };
    sddl_cell cell = {.opaque = upper[3] && lower[3]};
    if (cell.opaque)
        memcpy(cell.back, lower, sizeof cell.back);
    if (upper[3] && !(cell.opaque && memcmp(upper, lower, sizeof cell.back) == 0))
        cell.symbol = UPPER;
    else if (lower[3] && !upper[3])
        cell.symbol = LOWER;
    if (cell.symbol != BLANK)
        memcpy(cell.front, cell.symbol == UPPER ? upper : lower, sizeof cell.front);
    return cell;
}

int sddl_half_cells(const sddl_canvas *picture, sddl_cell *cells, size_t count) {
    if (!sddl_canvas_valid(picture) || !cells || picture->height % 2 ||
        count != (size_t)picture->width * (picture->height / 2))
        return SDDL_E_ARGUMENT;
    for (size_t y = 0; y < picture->height; y += 2)
        for (size_t x = 0; x < picture->width; x++)
            *cells++ = half_cell(sddl_pixel_at(picture, x, y), sddl_pixel_at(picture, x, y + 1));
    return SDDL_OK;
}

/* ---- colours of xterm's palette ---- */

static const uint8_t CUBE[] = {0, 95, 135, 175, 215, 255};

static int32_t squared(int32_t value) {
    return value * value;
}

static int32_t nearest_step(int32_t value) {
    int32_t best = 0;
    for (int32_t step = 1; step < 6; step++)
        if (squared(CUBE[step] - value) < squared(CUBE[best] - value))
            best = step;
    return best;
}

/* A third of the sum less 8, in tenths, rounded to the nearest grey, of two the even one. */
static int32_t nearest_grey(int32_t sum) {
    const int32_t above = sum > 24 ? sum - 24 : 0, down = above / 30, left = above % 30;
    const int32_t grey = down + (left > 15 || (left == 15 && down % 2));
    return grey > 23 ? 23 : grey;
}

/* The nearest of the 6 x 6 x 6 cube (16 to 231) and 24 greys (232 to 255). */
static int32_t palette_index(const uint8_t *colour) {
    const int32_t grey = nearest_grey(colour[0] + colour[1] + colour[2]);
    int32_t in_cube = 0, in_greys = 0, index = 0;
    for (int channel = 0; channel < 3; channel++) {
        const int32_t step = nearest_step(colour[channel]);
        index = index * 6 + step;
        in_cube += squared(colour[channel] - CUBE[step]);
        in_greys += squared(colour[channel] - (8 + 10 * grey));
    }
    return in_greys < in_cube ? 232 + grey : 16 + index;
}

/* ---- bytes ---- */

static void put_text(struct writer *writer, const char *text) {
    while (*text)
        *writer->at++ = (uint8_t)*text++;
}

static void put_number(struct writer *writer, uint32_t number) {
    uint8_t digits[10];
    size_t count = 0;
    do {
        digits[count++] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number);
    while (count)
        *writer->at++ = digits[--count];
}

static int32_t colour_of(const struct writer *writer, const uint8_t *colour) {
    if (writer->text->palette)
        return palette_index(colour);
    return colour[0] << 16 | colour[1] << 8 | colour[2];
}

/* The parameters that set a colour; `layer` is 38 for the front, 48 for the back. */
static void put_colour(struct writer *writer, uint32_t layer, int32_t colour) {
    put_number(writer, layer);
    if (writer->text->palette) {
        put_text(writer, ";5;");
        put_number(writer, (uint32_t)colour);
        return;
    }
    put_text(writer, ";2");
    for (int shift = 16; shift >= 0; shift -= 8) {
        put_text(writer, ";");
        put_number(writer, (uint32_t)colour >> shift & UINT8_MAX);
    }
}

/* Sets the colours that the terminal does not have yet. */
static void put_colours(struct writer *writer, int32_t front, int32_t back) {
    const bool sets_front = front != NONE && front != writer->front;
    if (!sets_front && back == writer->back)
        return;
    put_text(writer, "\x1b[");
    if (sets_front) {
        put_colour(writer, 38, front);
        writer->front = front;
    }
    if (back != writer->back) {
        if (sets_front)
            put_text(writer, ";");
        if (back == NONE)
            put_text(writer, "49");
        else
            put_colour(writer, 48, back);
        writer->back = back;
    }
    put_text(writer, "m");
}

static void put_cell(struct writer *writer, const sddl_cell *cell) {
    const char *glyph = writer->text->glyphs + (size_t)cell->symbol * GLYPH;
    put_colours(writer, cell->symbol ? colour_of(writer, cell->front) : NONE,
                cell->opaque ? colour_of(writer, cell->back) : NONE);
    for (size_t i = 0; i < GLYPH && glyph[i]; i++)
        *writer->at++ = (uint8_t)glyph[i];
}

static void put_default_colours(struct writer *writer) {
    if (writer->front != NONE || writer->back != NONE)
        put_text(writer, "\x1b[m");
    writer->front = writer->back = NONE;
}

static void move_to(struct writer *writer, uint32_t row, uint32_t column) {
    put_text(writer, "\x1b[");
    put_number(writer, row + 1);
    put_text(writer, ";");
    put_number(writer, column + 1);
    put_text(writer, "H");
}

static void move_right(struct writer *writer, uint32_t columns) {
    put_text(writer, "\x1b[");
    put_number(writer, columns);
    put_text(writer, "C");
}

/* ---- pictures ---- */

static void put_whole(struct writer *writer) {
    const sddl_cell_text *text = writer->text;
    const sddl_cell *cell = text->cells;
    for (uint32_t row = 0; row < text->rows; row++) {
        if (!text->in_lines)
            move_to(writer, text->row + row, text->column);
        for (uint32_t column = 0; column < text->columns; column++)
            put_cell(writer, cell++);
        if (text->in_lines) {
            put_default_colours(writer);
            put_text(writer, "\r\n");
        }
    }
    put_default_colours(writer);
}

static void put_changes(struct writer *writer) {
    const sddl_cell_text *text = writer->text;
    size_t number = 0;
    for (uint32_t row = 0; row < text->rows; row++) {
        uint32_t reached = 0; /* the column behind the last one written; 0: none in this row */
        for (uint32_t column = 0; column < text->columns; column++, number++) {
            if (memcmp(&text->cells[number], &text->shown[number], sizeof *text->cells) == 0)
                continue;
            if (!reached)
                move_to(writer, text->row + row, text->column + column);
            else if (reached < column)
                move_right(writer, column - reached);
            put_cell(writer, &text->cells[number]);
            reached = column + 1;
        }
    }
    put_default_colours(writer);
}

static bool is_valid(const sddl_cell_text *text) {
    if (!text || !text->cells || !text->glyphs || !text->columns || text->columns > MOST_CELLS_ACROSS ||
        text->rows > MOST_CELLS_ACROSS || text->column > MOST_CELLS_ACROSS || text->row > MOST_CELLS_ACROSS)
        return false;
    const size_t count = (size_t)text->columns * text->rows;
    for (size_t i = 0; i < count; i++)
        if (text->cells[i].symbol >= text->glyph_count)
            return false;
    return true;
}

int64_t sddl_write_cells(const sddl_cell_text *text, uint8_t *output, size_t size) {
    if (!is_valid(text) || !output)
        return SDDL_E_ARGUMENT;
    const size_t cells = (size_t)text->columns * text->rows;
    if (size / SDDL_CELL_BYTES / 2 < cells + 1)
        return SDDL_E_ARGUMENT;
    struct writer writer = {.at = output, .text = text, .front = NONE, .back = NONE};
    if (!text->shown) {
        put_whole(&writer);
        return writer.at - output;
    }
    put_changes(&writer);
    uint8_t *whole = writer.at;
    if ((size_t)(whole - output) > cells) { /* the whole has a byte of each cell at least */
        put_whole(&writer);
        if (writer.at - whole < whole - output) {
            memmove(output, whole, (size_t)(writer.at - whole));
            return writer.at - whole;
        }
    }
    return whole - output;
}
