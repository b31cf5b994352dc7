/* Cells, tokens and chord symbols of a piece. */
#include "models/pieces/piece.h"

#include "base/err.h"

int attune_voice_tokens(enum attune_voice voice)
{
    static const int n[ATTUNE_N_VOICES] = {ATTUNE_N_CHORD_TOKENS, ATTUNE_N_COMPS,
                                           ATTUNE_N_BASS_TOKENS, ATTUNE_N_DRUM_TOKENS,
                                           ATTUNE_N_MELODY_TOKENS};
    return n[voice];
}

int attune_voice_units(const struct attune_setting *setting, enum attune_voice voice)
{
    switch (voice) {
    case ATTUNE_VOICE_BASS:
        return attune_metre_beats(setting->metre);
    case ATTUNE_VOICE_DRUMS:
        return setting->has_drums ? attune_metre_eighths(setting->metre) : 0;
    case ATTUNE_VOICE_MELODY:
        return attune_metre_steps(setting->metre);
    default:
        return 1;
    }
}

size_t attune_piece_n_cells(const struct attune_setting *setting)
{
    int n = 0;
    for (int v = 0; v < ATTUNE_N_VOICES; v++) {
        n += attune_voice_units(setting, (enum attune_voice)v);
    }
    return (size_t)n * (size_t)setting->n_bars;
}

bool attune_cell_next(const struct attune_setting *setting, struct attune_cell *cell)
{
    if (++cell->position < attune_voice_units(setting, cell->voice)) {
        return true;
    }
    cell->position = 0;
    do {
        if (cell->voice == ATTUNE_VOICE_MELODY) {
            cell->voice = ATTUNE_VOICE_CHORD;
            cell->bar++;
        } else {
            cell->voice++;
        }
    } while (attune_voice_units(setting, cell->voice) == 0);
    return cell->bar < setting->n_bars;
}

uint8_t *attune_piece_at(struct attune_piece *piece, struct attune_cell cell)
{
    int i = cell.bar * attune_voice_units(&piece->setting, cell.voice) + cell.position;
    switch (cell.voice) {
    case ATTUNE_VOICE_CHORD:
        return &piece->chord[i];
    case ATTUNE_VOICE_COMP:
        return &piece->comp[i];
    case ATTUNE_VOICE_BASS:
        return &piece->bass[i];
    case ATTUNE_VOICE_DRUMS:
        return &piece->drums[i];
    default:
        return &piece->melody[i];
    }
}

uint8_t attune_piece_token(const struct attune_piece *piece, struct attune_cell cell)
{
    return *attune_piece_at((struct attune_piece *)piece, cell);
}

void attune_piece_to_tokens(const struct attune_piece *piece, uint8_t *tokens)
{
    struct attune_cell cell = {0};
    do {
        *tokens++ = attune_piece_token(piece, cell);
    } while (attune_cell_next(&piece->setting, &cell));
}

bool attune_piece_from_tokens(struct attune_piece *piece, const struct attune_setting *setting,
                              const uint8_t *tokens)
{
    *piece = (struct attune_piece){.setting = *setting};
    struct attune_cell cell = {0};
    do {
        if (*tokens >= attune_voice_tokens(cell.voice)) {
            return false;
        }
        *attune_piece_at(piece, cell) = *tokens++;
    } while (attune_cell_next(setting, &cell));
    return true;
}

int attune_chord_token(struct attune_chord chord, int tonic)
{
    return (chord.root - tonic + 12) % 12 * ATTUNE_N_CHORD_QUALITIES + (int)chord.quality;
}

struct attune_chord attune_token_chord(int token, int tonic)
{
    return (struct attune_chord){
        .root = (token / ATTUNE_N_CHORD_QUALITIES + tonic) % 12,
        .quality = (enum attune_chord_quality)(token % ATTUNE_N_CHORD_QUALITIES),
    };
}

int attune_chord_intervals(enum attune_chord_quality quality, int intervals[4])
{
    static const int8_t table[ATTUNE_N_CHORD_QUALITIES][4] = {
        [ATTUNE_CHORD_MAJ] = {0, 4, 7, -1},    [ATTUNE_CHORD_MIN] = {0, 3, 7, -1},
        [ATTUNE_CHORD_DIM] = {0, 3, 6, -1},    [ATTUNE_CHORD_AUG] = {0, 4, 8, -1},
        [ATTUNE_CHORD_DOM7] = {0, 4, 7, 10},   [ATTUNE_CHORD_MAJ7] = {0, 4, 7, 11},
        [ATTUNE_CHORD_MIN7] = {0, 3, 7, 10},   [ATTUNE_CHORD_HDIM7] = {0, 3, 6, 10},
        [ATTUNE_CHORD_DIM7] = {0, 3, 6, 9},    [ATTUNE_CHORD_SUS2] = {0, 2, 7, -1},
        [ATTUNE_CHORD_SUS4] = {0, 5, 7, -1},
    };
    int n = 0;
    for (; n < 4 && table[quality][n] >= 0; n++) {
        intervals[n] = table[quality][n];
    }
    return n;
}

int attune_melody_base(const struct attune_setting *setting)
{
    return setting->tonic <= 5 ? 60 + setting->tonic : 48 + setting->tonic;
}
