/* Prompt attributes to a setting; General MIDI programs by instrument name. */
#include "models/pieces/setting.h"

#include <string.h>

#include "base/rng.h"
#include "models/pieces/piece.h"

enum role { ROLE_ANY, ROLE_BASS, ROLE_DRUMS };

/* First match wins, so that longer names stand before the words they contain. */
static const struct {
    const char *word;
    enum role role;
    uint8_t program;
} instruments[] = {
    {"drum", ROLE_DRUMS, 0},          {"percussion", ROLE_DRUMS, 0},
    {"contrabass", ROLE_BASS, 43},    {"double bass", ROLE_BASS, 32},
    {"acoustic bass", ROLE_BASS, 32}, {"synth bass", ROLE_BASS, 38},
    {"bassoon", ROLE_ANY, 70},        {"bass", ROLE_BASS, 33},
    {"electric piano", ROLE_ANY, 4},  {"harpsichord", ROLE_ANY, 6},
    {"piano", ROLE_ANY, 0},           {"celesta", ROLE_ANY, 8},
    {"glockenspiel", ROLE_ANY, 9},    {"music box", ROLE_ANY, 10},
    {"vibraphone", ROLE_ANY, 11},     {"marimba", ROLE_ANY, 12},
    {"xylophone", ROLE_ANY, 13},      {"church organ", ROLE_ANY, 19},
    {"organ", ROLE_ANY, 16},          {"accordion", ROLE_ANY, 21},
    {"harmonica", ROLE_ANY, 22},      {"electric guitar", ROLE_ANY, 27},
    {"steel guitar", ROLE_ANY, 25},   {"guitar", ROLE_ANY, 24},
    {"violin", ROLE_ANY, 40},         {"viola", ROLE_ANY, 41},
    {"cello", ROLE_ANY, 42},          {"pizzicato", ROLE_ANY, 45},
    {"harp", ROLE_ANY, 46},           {"string", ROLE_ANY, 48},
    {"choir", ROLE_ANY, 52},          {"voice", ROLE_ANY, 52},
    {"trumpet", ROLE_ANY, 56},        {"trombone", ROLE_ANY, 57},
    {"tuba", ROLE_BASS, 58},          {"horn", ROLE_ANY, 60},
    {"brass", ROLE_ANY, 61},          {"alto sax", ROLE_ANY, 65},
    {"sax", ROLE_ANY, 66},            {"oboe", ROLE_ANY, 68},
    {"clarinet", ROLE_ANY, 71},       {"piccolo", ROLE_ANY, 72},
    {"pan flute", ROLE_ANY, 75},      {"flute", ROLE_ANY, 73},
    {"recorder", ROLE_ANY, 74},       {"whistle", ROLE_ANY, 78},
    {"pad", ROLE_ANY, 88},            {"synth", ROLE_ANY, 80},
    {"sitar", ROLE_ANY, 104},         {"banjo", ROLE_ANY, 105},
    {"koto", ROLE_ANY, 107},          {"kalimba", ROLE_ANY, 108},
    {"bagpipe", ROLE_ANY, 109},       {"fiddle", ROLE_ANY, 110},
};

int attune_metre_beats(enum attune_metre metre)
{
    static const int beats[ATTUNE_N_METRES] = {4, 3, 2};
    return beats[metre];
}

int attune_metre_eighths(enum attune_metre metre)
{
    return metre == ATTUNE_METRE_4_4 ? 8 : 6;
}

int attune_metre_steps(enum attune_metre metre)
{
    return metre == ATTUNE_METRE_4_4 ? 16 : 12;
}

static void choose_instruments(struct attune_setting *s, const struct attune_attributes *a,
                               struct attune_rng *rng)
{
    static const uint8_t leads[] = {0, 73, 40, 71, 24, 56};
    static const uint8_t backs[] = {0, 24, 48, 4};
    int n_any = 0;
    bool has_bass = false;
    for (size_t i = 0; i < a->n_instruments; i++) {
        for (size_t k = 0; k < sizeof instruments / sizeof *instruments; k++) {
            if (!strstr(a->instruments[i], instruments[k].word)) {
                continue;
            }
            uint8_t program = instruments[k].program;
            if (instruments[k].role == ROLE_DRUMS) {
                s->has_drums = true;
            } else if (instruments[k].role == ROLE_BASS) {
                s->bass_program = has_bass ? s->bass_program : program;
                has_bass = true;
            } else {
                s->melody_program = n_any == 0 ? program : s->melody_program;
                s->chord_program = n_any < 2 ? program : s->chord_program;
                n_any++;
            }
            break;
        }
    }
    uint8_t lead = leads[attune_rng_below(rng, sizeof leads)];
    uint8_t back = backs[attune_rng_below(rng, sizeof backs)];
    bool drums = attune_rng_uniform(rng) < 0.5;
    if (n_any == 0) {
        s->melody_program = has_bass ? s->bass_program : lead;
        s->chord_program = back;
        s->has_drums = s->has_drums || (a->n_instruments == 0 && drums);
    }
    if (!has_bass) {
        /* One asked instrument plays its own bass; a band gets a bass guitar. */
        s->bass_program = n_any == 0 && a->n_instruments == 0 ? 33 : s->chord_program;
    }
}

static bool has_word(const char *mood, const char *const *words)
{
    for (; *words; words++) {
        if (strstr(mood, *words)) {
            return true;
        }
    }
    return false;
}

static enum attune_metre nearest_metre(int numerator, int denominator)
{
    if (denominator >= 8 && numerator % 3 == 0) {
        return ATTUNE_METRE_6_8;
    }
    return numerator == 3 ? ATTUNE_METRE_3_4 : ATTUNE_METRE_4_4;
}

void attune_setting_init(struct attune_setting *setting, const struct attune_prompt *prompt)
{
    static const char *const dark[] = {"sad", "dark", "melanchol", "sorrow", "tense", "grim", NULL};
    static const char *const slow[] = {"calm", "slow", "relax", "dream", "sad", "peace", NULL};
    static const char *const fast[] = {"fast", "energetic", "excit", "upbeat", "lively", NULL};
    static const double metre_share[ATTUNE_N_METRES] = {0.7, 0.2, 0.1};
    const struct attune_attributes *a = &prompt->attributes;
    struct attune_rng rng;
    attune_rng_init(&rng, attune_mix64_text(prompt->text), 1);
    *setting = (struct attune_setting){0};

    int tonic = (int)attune_rng_below(&rng, 12);
    bool minor = attune_rng_uniform(&rng) < (has_word(a->mood, dark) ? 0.95 : 0.35);
    setting->tonic = a->has_key ? ((a->tonic % 12) + 12) % 12 : tonic;
    setting->mode = a->has_key ? a->mode : minor ? ATTUNE_MINOR : ATTUNE_MAJOR;

    double centre = has_word(a->mood, slow) ? 76.0 : has_word(a->mood, fast) ? 140.0 : 108.0;
    double tempo = centre + (double)attune_rng_below(&rng, 17) - 8.0;
    tempo = a->has_tempo ? a->tempo_bpm : tempo;
    setting->tempo_bpm = tempo > 20.0 ? (tempo < 300.0 ? tempo : 300.0) : 20.0;

    enum attune_metre metre =
        (enum attune_metre)attune_rng_choice(&rng, metre_share, ATTUNE_N_METRES);
    setting->metre = a->has_time_signature ? nearest_metre(a->numerator, a->denominator) : metre;

    int n_bars = a->has_bars ? a->n_bars : 16;
    n_bars = n_bars < ATTUNE_MIN_BARS ? ATTUNE_MIN_BARS : n_bars;
    setting->n_bars = n_bars > ATTUNE_MAX_BARS ? ATTUNE_MAX_BARS : n_bars;

    choose_instruments(setting, a, &rng);
    for (size_t i = 0; i < a->n_chords; i++) {
        if (a->chords[i].root >= 0) {
            setting->chords[setting->n_chords++] =
                (uint8_t)attune_chord_token(a->chords[i], setting->tonic);
        }
    }
}
