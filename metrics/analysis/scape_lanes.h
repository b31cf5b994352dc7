/* The dynamic programme of the fitness scape plot for several segments of one length side by side; included
 * by scape.c once per precision with SCORE, MASK and PATH (integers as wide as SCORE) and NAME defined. No
 * include guard: it is a template. Vectors are the compiler's own (GCC and clang), as wide as the machine's.
 *
 * Let S be the matrix, s the start and m = 1 .. M the columns of a segment. For rows n = 0 .. N - 1
 *
 *     D(n,0) = max(D(n-1,0), D(n-1,M))                                    the elevator
 *     D(n,1) = D(n,0) + S(n,s)
 *     D(n,m) = S(n,s+m-1) + max(D(n-1,m-1), D(n-2,m-1), D(n-1,m-2))       first of equals
 *
 * The score is max(D(N-1,0), D(N-1,M)). Beside each score stands the path that leads there: its number of
 * cells in the upper half of a word and its coverage in rows in the lower. A path across M columns has M
 * cells less one for every step of two columns, so that only those steps change the word. A path that
 * begins in row n subtracts n, one that ends in row n adds n + 1; the halves are sums modulo the word, so
 * that they come out right at the end although the coverage is negative on the way.
 *
 * Two corners follow the reference programme. D(n,2) may take its score, but not its path, from D(n-1,0)
 * (a step of two columns off the elevator); and D(2,2) takes its path from D(1,1) always. */

typedef SCORE NAME(score) __attribute__((vector_size(VECTOR_BYTES)));
typedef PATH NAME(path) __attribute__((vector_size(VECTOR_BYTES)));
typedef MASK NAME(mask) __attribute__((vector_size(VECTOR_BYTES)));

enum { NAME(LANES) = VECTOR_BYTES / sizeof(SCORE), NAME(HALF) = 4 * sizeof(PATH) };

struct NAME(cell) {
    NAME(score) score;
    NAME(path) path;
};

static inline NAME(score) NAME(load)(const SCORE *entries)
{
    NAME(score) v;
    memcpy(&v, entries, sizeof v);
    return v;
}

/* x where its score is greater, else y. */
static inline struct NAME(cell) NAME(greater)(struct NAME(cell) x, struct NAME(cell) y)
{
#ifdef BLEND
    /* GCC makes three instructions of the plain form where the machine has one. */
    return (struct NAME(cell)){BLEND(x, y)};
#else
    const NAME(mask) mask = x.score > y.score;
    return (struct NAME(cell)){
        .score = (NAME(score))((mask & (NAME(mask))x.score) | (~mask & (NAME(mask))y.score)),
        .path = (NAME(path))((mask & (NAME(mask))x.path) | (~mask & (NAME(mask))y.path)),
    };
#endif
}

/* D(n,2): see above. diagonal D(n-1,1), up D(n-2,1), lift D(n-1,0). */
static inline struct NAME(cell) NAME(second_column)(struct NAME(cell) diagonal,
                                                    struct NAME(cell) up, struct NAME(cell) lift,
                                                    NAME(score) entry, size_t n)
{
    struct NAME(cell) best = NAME(greater)(up, diagonal);
    best.path = n > 2 ? best.path : diagonal.path;
    best.score = NAME(greater)(lift, best).score + entry;
    return best;
}

/* Row n from column 3 on, written over row n - 2. entries: S(n,s). up: D(n-2,2). */
static inline void NAME(columns)(struct NAME(cell) *restrict row,
                                 const struct NAME(cell) *restrict before, struct NAME(cell) up,
                                 const SCORE *restrict entries, size_t length)
{
    const NAME(path) one_cell_less = (NAME(path)){0} - ((PATH)1 << NAME(HALF));
    struct NAME(cell) skip = before[1];
    for (size_t m = 3; m <= length; m++) {
        const struct NAME(cell) diagonal = before[m - 1], next_up = row[m];
        struct NAME(cell) best = NAME(greater)(up, diagonal);
        skip.path += one_cell_less;
        best = NAME(greater)(skip, best);
        best.score += NAME(load)(entries + m - 1);
        row[m] = best;
        skip = diagonal;
        up = next_up;
    }
}

/* Segments start .. start + LANES - 1 of the given length, over padded rows of `stride` entries.
 * rows: 2 * (length + 1) cells of work space. Returns score and path at the end. */
static struct NAME(cell) NAME(run)(const SCORE *padded, size_t stride, size_t n_rows, size_t start,
                                   size_t length, struct NAME(cell) *rows)
{
    const PATH cells_of_path = (PATH)length << NAME(HALF);
    const struct NAME(cell) unreachable = {.score = (NAME(score)){0} - (SCORE)INFINITY};
    struct NAME(cell) *before = rows, *row = rows + length + 1;
    for (size_t i = 0; i < 2 * (length + 1); i++) {
        rows[i] = unreachable;
    }
    struct NAME(cell) lift = {.score = {0}, .path = {0}};
    for (size_t n = 0; n < n_rows; n++) {
        const SCORE *entries = padded + n * stride + start;
        if (n > 0) {
            struct NAME(cell) last = before[length];
            last.path += (PATH)n;
            lift = NAME(greater)(last, lift);
        }
        const struct NAME(cell) up_1 = row[1], up_2 = length > 1 ? row[2] : unreachable;
        row[0] = lift;
        row[1].score = lift.score + NAME(load)(entries);
        row[1].path = lift.path + cells_of_path - (PATH)n;
        if (length > 1 && n > 0) {
            row[2] = NAME(second_column)(before[1], up_1, before[0], NAME(load)(entries + 1), n);
            NAME(columns)(row, before, up_2, entries, length);
        }
        struct NAME(cell) *swap = before;
        before = row;
        row = swap;
    }
    /* The end: the last column wins ties. */
    struct NAME(cell) last = before[length];
    last.path += (PATH)n_rows;
    return NAME(greater)(lift, last);
}

/* All segments of one length. padded: rows of n + LANES entries. */
static void NAME(scape_row)(const SCORE *padded, size_t n, size_t length, struct NAME(cell) *rows,
                            struct attune_scape_cell *cells)
{
    const size_t n_starts = n - length + 1;
    const PATH low = ((PATH)1 << NAME(HALF)) - 1;
    for (size_t start = 0; start < n_starts; start += NAME(LANES)) {
        const struct NAME(cell) result =
            NAME(run)(padded, n + NAME(LANES), n, start, length, rows);
        for (size_t l = 0; l < NAME(LANES) && start + l < n_starts; l++) {
            cells[start + l] = fitness((double)result.score[l],
                                       (double)(result.path[l] >> NAME(HALF)),
                                       (double)(result.path[l] & low), length, n);
        }
    }
}

/* A copy of the matrix with LANES zeros after each row, so that lanes beyond the last segment read
 * something; NULL when out of memory. */
static SCORE *NAME(pad)(const double *matrix, size_t n, struct attune_arena *arena)
{
    SCORE *padded = attune_arena_alloc(arena, n * (n + NAME(LANES)) + NAME(LANES), sizeof *padded);
    for (size_t i = 0; padded && i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            padded[i * (n + NAME(LANES)) + j] = (SCORE)matrix[i * n + j];
        }
    }
    return padded;
}
