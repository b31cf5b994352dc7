/* The composer. A piece is made of four-bar phrases; a form such as "aaba" names them by letter,
 * and a phrase that comes back is the one composed before, with a new close where its cadence
 * differs. */
#include "models/pieces/corpus.h"

#include "base/err.h"
#include "base/mem.h"
#include "models/pieces/harmony.h"

enum { PHRASE_BARS = 4, N_LETTERS = 16, MAX_PHRASES = ATTUNE_MAX_BARS / PHRASE_BARS };

struct phrase {
    bool composed;
    uint8_t chords[PHRASE_BARS], comp;
    uint8_t bass[PHRASE_BARS * ATTUNE_MAX_BEATS];
    uint8_t melody[PHRASE_BARS * ATTUNE_MAX_STEPS];
};

struct composer {
    struct attune_piece *piece;
    struct attune_rng *rng;
    int steps, beats;
    unsigned flaws;
    uint8_t comp, drum_groove;
    struct phrase phrases[N_LETTERS];
};

static int pick(struct composer *c, int n)
{
    return (int)attune_rng_below(c->rng, (uint64_t)n);
}

/* Rhythms of one bar: bit s is an onset at step s. The last row of each metre closes a phrase. */
static const uint16_t rhythms[2][10] = {
    {0x1111, 0x1051, 0x5111, 0x5151, 0x1541, 0x0451, 0x1411, 0x5511, 0x1151, 0x0101},
    {0x111, 0x151, 0x511, 0x041, 0x551, 0x141, 0x451, 0x155, 0x441, 0x001},
};
static const uint16_t rhythms_6_8[10] = {0x041, 0x141, 0x451, 0x145, 0x555,
                                         0x551, 0x441, 0x511, 0x045, 0x041};

static uint16_t choose_rhythm(struct composer *c, bool close)
{
    const uint16_t *row = c->piece->setting.metre == ATTUNE_METRE_6_8
                              ? rhythms_6_8
                              : rhythms[c->piece->setting.metre == ATTUNE_METRE_3_4];
    return row[close ? 9 : pick(c, 9)];
}

/* The next melody note: near `from`, in the chord on strong steps, in the scale elsewhere, drawn
 * towards the middle of the range. Returns semitones above the melody's base. */
static int next_pitch(struct composer *c, int from, int chord, bool strong, bool tonic_only)
{
    double weight[ATTUNE_MELODY_SPAN];
    for (int p = 0; p < ATTUNE_MELODY_SPAN; p++) {
        int pc = p % 12, distance = abs(p - from);
        bool allowed = tonic_only ? pc == 0
                       : strong   ? attune_in_chord(pc, chord)
                                  : attune_in_scale(c->piece->setting.mode, pc, chord);
        double near = distance == 0 ? 0.5 : 1.0 / (1.0 + 0.35 * distance * distance);
        double centre = 1.0 / (1.0 + 0.02 * (p - 11) * (p - 11));
        weight[p] = allowed ? near * centre : 0.0;
    }
    return (int)attune_rng_choice(c->rng, weight, ATTUNE_MELODY_SPAN);
}

/* Melody of one bar over a rhythm; returns the last pitch. */
static int write_bar(struct composer *c, uint8_t *row, uint16_t rhythm, int chord, int from,
                     bool cadence_on_tonic)
{
    int beat_steps = c->steps / c->beats;
    for (int s = 0; s < c->steps; s++) {
        row[s] = ATTUNE_HOLD;
        if (rhythm >> s & 1) {
            from = next_pitch(c, from, chord, s % beat_steps == 0, cadence_on_tonic && s == 0);
            row[s] = (uint8_t)(ATTUNE_PITCH + from);
        }
    }
    return from;
}

static void write_close(struct composer *c, struct phrase *ph, int n_bars, int from, bool final)
{
    uint8_t *row = &ph->melody[(n_bars - 1) * c->steps];
    int chord = ph->chords[n_bars - 1];
    bool tonic = final && attune_in_chord(0, chord);
    uint16_t rhythm = tonic ? 1 : choose_rhythm(c, true);
    write_bar(c, row, rhythm, chord, from, tonic);
    if (!final && pick(c, 2)) {
        row[c->steps - c->steps / c->beats] = ATTUNE_REST; /* a breath before the next phrase */
    }
}

/* Bass figures by beat, as semitones above the root; 255 holds. */
static void write_bass(struct composer *c, struct phrase *ph, int n_bars)
{
    static const uint8_t figures[4][ATTUNE_MAX_BEATS] = {
        {0, 255, 255, 255}, {0, 255, 7, 255}, {0, 255, 0, 7}, {0, 7, 12, 7},
    };
    const uint8_t *figure = figures[pick(c, 4)];
    for (int bar = 0; bar < n_bars; bar++) {
        int intervals[4];
        attune_chord_intervals(
            (enum attune_chord_quality)(ph->chords[bar] % ATTUNE_N_CHORD_QUALITIES), intervals);
        for (int b = 0; b < c->beats; b++) {
            int above = figure[b] == 7 ? intervals[2] : figure[b];
            ph->bass[bar * c->beats + b] =
                above == 255 ? ATTUNE_HOLD : (uint8_t)(ATTUNE_PITCH + above);
        }
    }
}

static uint8_t choose_comp(struct composer *c)
{
    static const uint8_t usual[ATTUNE_N_METRES][5] = {
        {ATTUNE_COMP_WHOLE, ATTUNE_COMP_HALVES, ATTUNE_COMP_BEATS, ATTUNE_COMP_ALBERTI,
         ATTUNE_COMP_OFFBEATS},
        {ATTUNE_COMP_OOMPAH, ATTUNE_COMP_OOMPAH, ATTUNE_COMP_WHOLE, ATTUNE_COMP_ARPEGGIO,
         ATTUNE_COMP_BEATS},
        {ATTUNE_COMP_ARPEGGIO, ATTUNE_COMP_ARPEGGIO, ATTUNE_COMP_WHOLE, ATTUNE_COMP_BEATS,
         ATTUNE_COMP_HALVES},
    };
    return usual[c->piece->setting.metre][pick(c, 5)];
}

static void compose_phrase(struct composer *c, struct phrase *ph, int first_bar, int n_bars,
                           enum attune_cadence cadence, bool final)
{
    const struct attune_setting *s = &c->piece->setting;
    if (s->n_chords > 0) {
        for (int bar = 0; bar < n_bars; bar++) {
            ph->chords[bar] = s->chords[(size_t)(first_bar + bar) % s->n_chords];
        }
    } else {
        attune_phrase_chords(ph->chords, n_bars, s->mode, cadence, c->rng);
    }
    uint16_t motif = choose_rhythm(c, false), answer = pick(c, 2) ? motif : choose_rhythm(c, false);
    int from = 7 + pick(c, 8);
    for (int bar = 0; bar < n_bars - 1; bar++) {
        from = write_bar(c, &ph->melody[bar * c->steps], bar % 2 ? answer : motif, ph->chords[bar],
                         from, false);
    }
    write_close(c, ph, n_bars, from, final);
    write_bass(c, ph, n_bars);
    ph->comp = c->flaws & ATTUNE_FLAW_NO_REPETITION ? choose_comp(c) : c->comp;
    ph->composed = true;
}

/* A repeat: the melody is kept, but sits on the chords that sound now: notes that have left the
 * chord (on strong steps) or its scale move to one near by. The last phrase closes on the tonic. */
static void vary_phrase(struct composer *c, struct phrase *ph, int first_bar, int n_bars,
                        bool final)
{
    const struct attune_setting *s = &c->piece->setting;
    for (int bar = 0; bar < n_bars && s->n_chords > 0; bar++) {
        ph->chords[bar] = s->chords[(size_t)(first_bar + bar) % s->n_chords];
    }
    if (final && n_bars > 1 && s->n_chords == 0) {
        ph->chords[n_bars - 2] = (uint8_t)attune_degree_chord(s->mode, 4);
        ph->chords[n_bars - 1] = (uint8_t)attune_degree_chord(s->mode, 0);
    }
    int beat_steps = c->steps / c->beats, from = 11;
    for (int i = 0; i < n_bars * c->steps; i++) {
        int chord = ph->chords[i / c->steps];
        if (ph->melody[i] < ATTUNE_PITCH) {
            continue;
        }
        int p = ph->melody[i] - ATTUNE_PITCH;
        bool strong = i % beat_steps == 0;
        if (strong ? !attune_in_chord(p % 12, chord) : !attune_in_scale(s->mode, p % 12, chord)) {
            p = next_pitch(c, p, chord, strong, false);
            ph->melody[i] = (uint8_t)(ATTUNE_PITCH + p);
        }
        from = p;
    }
    if (final) {
        write_close(c, ph, n_bars, from, true);
    }
}

/* Grooves as drum tokens by eighth; the last bar of a phrase fills. */
static uint8_t groove_hit(const struct composer *c, int eighth, bool fill)
{
    static const uint8_t straight[3][8] = {
        {5, 4, 6, 4, 5, 4, 6, 4}, {5, 4, 6, 5, 4, 5, 6, 4}, {5, 0, 4, 0, 6, 0, 4, 0},
    };
    static const uint8_t three[3][6] = {{5, 0, 6, 0, 6, 0}, {5, 4, 4, 4, 6, 4}, {5, 4, 6, 4, 6, 4}};
    static const uint8_t six[3][6] = {{5, 4, 4, 6, 4, 4}, {5, 0, 4, 6, 0, 4}, {5, 4, 5, 6, 4, 4}};
    int n = attune_metre_eighths(c->piece->setting.metre);
    if (fill && eighth >= n - 2) {
        return ATTUNE_SNARE;
    }
    switch (c->piece->setting.metre) {
    case ATTUNE_METRE_3_4:
        return three[c->drum_groove][eighth];
    case ATTUNE_METRE_6_8:
        return six[c->drum_groove][eighth];
    default:
        return straight[c->drum_groove][eighth];
    }
}

static void place_phrase(struct composer *c, const struct phrase *ph, int first_bar, int n_bars)
{
    struct attune_piece *p = c->piece;
    size_t at = (size_t)first_bar, n = (size_t)n_bars;
    size_t steps = (size_t)c->steps, beats = (size_t)c->beats;
    memcpy(&p->chord[at], ph->chords, n);
    memset(&p->comp[at], ph->comp, n);
    memcpy(&p->bass[at * beats], ph->bass, n * beats);
    memcpy(&p->melody[at * steps], ph->melody, n * steps);
    int eighths = attune_voice_units(&p->setting, ATTUNE_VOICE_DRUMS);
    for (int i = 0; i < n_bars * eighths; i++) {
        bool fill = i / eighths == PHRASE_BARS - 1;
        p->drums[first_bar * eighths + i] = groove_hit(c, i % eighths, fill);
    }
}

static void spoil_keys(struct composer *c)
{
    struct attune_piece *p = c->piece;
    for (int i = 0; i < p->setting.n_bars * c->steps; i++) {
        if (p->melody[i] >= ATTUNE_PITCH && attune_rng_uniform(c->rng) < 0.25) {
            int up = p->melody[i] + 1 < ATTUNE_N_MELODY_TOKENS && pick(c, 2);
            bool down_fits = p->melody[i] > ATTUNE_PITCH;
            p->melody[i] += (uint8_t)(up || !down_fits ? 1 : -1);
        }
    }
    for (int i = 0; i < p->setting.n_bars * c->beats; i++) {
        if (p->bass[i] >= ATTUNE_PITCH && attune_rng_uniform(c->rng) < 0.25) {
            p->bass[i] += p->bass[i] + 1 < ATTUNE_N_BASS_TOKENS ? 1 : -1;
        }
    }
}

static void spoil_rhythm(struct composer *c)
{
    struct attune_piece *p = c->piece;
    int eighths = attune_voice_units(&p->setting, ATTUNE_VOICE_DRUMS);
    for (int bar = 0; bar < p->setting.n_bars; bar++) {
        if (pick(c, 2)) {
            continue;
        }
        uint8_t *row = &p->melody[bar * c->steps];
        for (int s = c->steps - 1; s > 0; s--) { /* shuffle the bar's steps */
            int k = pick(c, s + 1);
            uint8_t t = row[s];
            row[s] = row[k];
            row[k] = t;
        }
        for (int e = 0; e < eighths; e++) {
            p->drums[bar * eighths + e] = (uint8_t)pick(c, ATTUNE_N_DRUM_TOKENS);
        }
    }
}

void attune_corpus_compose(struct attune_piece *piece, const struct attune_setting *setting,
                           unsigned flaws, struct attune_rng *rng)
{
    static const char *const forms[] = {"aaba", "abab", "aaba", "abac", "aabb"};
    static const char *const later[] = {"ccda", "cdca", "aaba"};
    struct composer c = {.piece = piece, .rng = rng, .flaws = flaws};
    *piece = (struct attune_piece){.setting = *setting};
    c.steps = attune_metre_steps(setting->metre);
    c.beats = attune_metre_beats(setting->metre);
    c.comp = choose_comp(&c);
    c.drum_groove = (uint8_t)pick(&c, 3);
    const char *form = forms[pick(&c, 5)];
    int n_phrases = (setting->n_bars + PHRASE_BARS - 1) / PHRASE_BARS;
    for (int i = 0; i < n_phrases; i++) {
        if (i > 0 && i % 4 == 0) {
            form = later[pick(&c, 3)];
        }
        int first = i * PHRASE_BARS;
        int n_bars = setting->n_bars - first < PHRASE_BARS ? setting->n_bars - first : PHRASE_BARS;
        bool final = i == n_phrases - 1;
        int letter = flaws & ATTUNE_FLAW_NO_REPETITION ? i % N_LETTERS : form[i % 4] - 'a';
        struct phrase *ph = &c.phrases[letter];
        if (!ph->composed || n_bars < PHRASE_BARS) {
            enum attune_cadence inner =
                (enum attune_cadence)(pick(&c, 4) == 0   ? ATTUNE_CADENCE_PLAGAL
                                      : pick(&c, 3) == 0 ? ATTUNE_CADENCE_DECEPTIVE
                                                         : ATTUNE_CADENCE_HALF);
            compose_phrase(&c, ph, first, n_bars, final ? ATTUNE_CADENCE_AUTHENTIC : inner, final);
        } else {
            vary_phrase(&c, ph, first, n_bars, final);
        }
        place_phrase(&c, ph, first, n_bars);
    }
    if (flaws & ATTUNE_FLAW_OFF_KEY) {
        spoil_keys(&c);
    }
    if (flaws & ATTUNE_FLAW_BROKEN_RHYTHM) {
        spoil_rhythm(&c);
    }
}

void attune_corpus_piece(struct attune_piece *piece, uint64_t seed, uint64_t index)
{
    static const double metre_share[ATTUNE_N_METRES] = {0.6, 0.25, 0.15};
    static const uint8_t lengths[] = {8, 12, 16, 16, 16, 24};
    struct attune_rng rng;
    attune_rng_init(&rng, seed, index);
    struct attune_setting s = {.tempo_bpm = 110.0, .melody_program = 0, .bass_program = 33};
    s.mode = attune_rng_uniform(&rng) < 0.5 ? ATTUNE_MAJOR : ATTUNE_MINOR;
    s.metre = (enum attune_metre)attune_rng_choice(&rng, metre_share, ATTUNE_N_METRES);
    s.n_bars = lengths[attune_rng_below(&rng, sizeof lengths)];
    s.has_drums = attune_rng_uniform(&rng) < 0.5;
    if (attune_rng_uniform(&rng) < 0.6) { /* a prompt with chords of its own */
        s.n_chords = 4;
        attune_phrase_chords(s.chords, 4, s.mode, (enum attune_cadence)attune_rng_below(&rng, 4),
                             &rng);
    }
    unsigned flaws = 0;
    for (unsigned bit = 1; bit <= ATTUNE_FLAW_NO_REPETITION; bit <<= 1) {
        flaws |= attune_rng_uniform(&rng) < ATTUNE_CORPUS_FLAW_SHARE ? bit : 0;
    }
    attune_corpus_compose(piece, &s, flaws, &rng);
}

struct attune_piece *attune_corpus_pieces(uint64_t seed, size_t n, struct attune_err *err)
{
    struct attune_piece *pieces = attune_alloc(n, sizeof *pieces);
    if (!pieces) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu pieces", n);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        attune_corpus_piece(&pieces[i], seed, i);
    }
    return pieces;
}
