/* Pictures of block characters: for each cell the character and the two colours that come nearest to its dots. */
#include "imaging/vectors.h"

enum { ACROSS = SDDL_CELL_COLUMNS, PARTS = 1 << ACROSS, MOST_ROWS = SDDL_CELL_ROWS, MOST = SDDL_SYMBOLS };

/* What is known of a set of symbols before any dot is seen. */
struct table {
    const sddl_symbols *symbols;
    int64_t dots;           /* of a cell */
    uint8_t painted[MOST];  /* dots that a symbol paints */
    uint64_t weights[MOST]; /* 2^32 / (painted * the others); 0 if either is 0 */
};

/* The dots of a cell, red, green, blue and alpha added up: of each row, for each part of its four dots. */
struct cell {
    quad sums[MOST_ROWS][PARTS];
    quad all;
    uint64_t visible; /* a mask of the dots whose alpha is not 0 */
};

static bool prepare(struct table *table, const sddl_symbols *symbols) {
    if (!symbols || !symbols->masks || !symbols->rows || symbols->rows > MOST_ROWS || !symbols->opaque ||
        symbols->opaque > symbols->count || symbols->count > MOST)
        return false;
    *table = (struct table){.symbols = symbols, .dots = (int64_t)symbols->rows * ACROSS};
    for (uint32_t i = 0; i < symbols->count; i++) {
        const uint64_t mask = symbols->masks[i];
        if (table->dots < 64 && mask >> table->dots)
            return false;
        const int64_t painted = __builtin_popcountll(mask), others = table->dots - painted;
        table->painted[i] = (uint8_t)painted;
        table->weights[i] = painted && others ? ((uint64_t)1 << 32) / (uint64_t)(painted * others) : 0;
    }
    return true;
}

static void read_cell(struct cell *cell, const sddl_canvas *picture, size_t x, size_t y, uint32_t rows) {
    *cell = (struct cell){.visible = 0};
    for (uint32_t row = 0; row < rows; row++) {
        const uint8_t *from = sddl_pixel_at(picture, x, y + row);
        quad *sums = cell->sums[row];
        for (unsigned dot = 0; dot < ACROSS; dot++, from += SDDL_PIXEL) {
            const quad value = {from[0], from[1], from[2], from[3]};
            for (unsigned part = 0; part < 1u << dot; part++)
                sums[part | 1u << dot] = sums[part] + value;
            cell->visible |= (uint64_t)(from[3] != 0) << (row * ACROSS + dot);
        }
        cell->all += sums[PARTS - 1];
    }
}

SDDL_INLINE quad sum_of(const struct cell *cell, uint64_t mask, uint32_t rows) {
    quad sum = {0};
    for (uint32_t row = 0; row < rows; row++, mask >>= ACROSS)
        sum += cell->sums[row][mask & (PARTS - 1)];
    return sum;
}

/* The symbol whose two mean colours are the nearest to the dots: least squares leave the most between the means. */
static uint32_t nearest(const struct cell *cell, const struct table *table) {
    const sddl_symbols *symbols = table->symbols;
    uint32_t best = 0;
    uint64_t most = 0;
    for (uint32_t i = 0; i < symbols->opaque; i++) {
        const quad sum = sum_of(cell, symbols->masks[i], symbols->rows);
        uint64_t squares = 0;
        for (int channel = 0; channel < 3; channel++) {
            const int64_t apart = table->dots * sum[channel] - (int64_t)table->painted[i] * cell->all[channel];
            squares += (uint64_t)(apart * apart);
        }
        if (squares * table->weights[i] > most) {
            most = squares * table->weights[i];
            best = i;
        }
    }
    return best;
}

/* The symbol that paints the most visible dots and leaves out the most others. */
static uint32_t likest(uint64_t visible, const struct table *table) {
    uint32_t best = 0;
    int least = 64 + 1;
    for (uint32_t i = 0; i < table->symbols->count; i++) {
        const int wrong = __builtin_popcountll(table->symbols->masks[i] ^ visible);
        if (wrong < least) {
            least = wrong;
            best = i;
        }
    }
    return best;
}

static void set_mean(uint8_t *colour, quad sum, uint32_t count) {
    for (int channel = 0; count && channel < 3; channel++)
        colour[channel] = (uint8_t)((sum[channel] + count / 2) / count);
}

static sddl_cell fitted(const struct cell *cell, const struct table *table) {
    const sddl_symbols *symbols = table->symbols;
    const uint64_t every = ~(uint64_t)0 >> (64 - table->dots);
    sddl_cell found = {.opaque = cell->visible == every};
    found.symbol = (uint8_t)(found.opaque ? nearest(cell, table) : likest(cell->visible, table));
    const uint64_t front = symbols->masks[found.symbol] & cell->visible;
    const quad sum = sum_of(cell, front, symbols->rows);
    const uint32_t painted = (uint32_t)__builtin_popcountll(front);
    set_mean(found.front, sum, painted);
    if (found.opaque)
        set_mean(found.back, cell->all - sum, (uint32_t)table->dots - painted);
    return found;
}

int sddl_fit_symbols(const sddl_canvas *picture, const sddl_symbols *symbols, sddl_cell *cells, size_t count) {
    struct table table;
    if (!sddl_canvas_valid(picture) || !cells || !prepare(&table, symbols))
        return SDDL_E_ARGUMENT;
    const uint32_t rows = symbols->rows;
    if (picture->width % ACROSS || picture->height % rows ||
        count != (size_t)(picture->width / ACROSS) * (picture->height / rows))
        return SDDL_E_ARGUMENT;
    struct cell cell;
    for (size_t y = 0; y < picture->height; y += rows) {
        for (size_t x = 0; x < picture->width; x += ACROSS) {
            read_cell(&cell, picture, x, y, rows);
            *cells++ = fitted(&cell, &table);
        }
    }
    return SDDL_OK;
}
