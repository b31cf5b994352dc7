#include "metrics/adherence/moods.h"

#include <strings.h>

const struct attune_mood attune_moods[] = {
    {"heartwarming", 1, 0}, {"motivational", 1, 0}, {"adventurous", 0, 1}, {"celebratory", 1, 1},
    {"frightening", -1, 1}, {"melancholic", -1, -1}, {"suspenseful", -1, 1},
    {"aggressive", -1, 1}, {"background", 0, -1}, {"depressing", -1, -1}, {"depressive", -1, -1},
    {"fast paced", 0, 1}, {"meditation", 0, -1}, {"meditative", 1, -1}, {"melancholy", -1, -1},
    {"mysterious", -1, 0}, {"optimistic", 1, 0}, {"triumphant", 1, 1}, {"energetic", 0, 1},
    {"exuberant", 1, 1}, {"inspiring", 1, 0}, {"nostalgic", -1, -1}, {"sorrowful", -1, -1},
    {"uplifting", 1, 1}, {"cheerful", 1, 1}, {"dramatic", -1, 0}, {"exciting", 1, 1},
    {"haunting", -1, 0}, {"jubilant", 1, 1}, {"menacing", -1, 1}, {"mournful", -1, -1},
    {"peaceful", 1, -1}, {"positive", 1, 0}, {"powerful", 0, 1}, {"relaxing", 1, -1},
    {"romantic", 1, 0}, {"sinister", -1, 0}, {"soothing", 1, -1}, {"tranquil", 1, -1},
    {"ambient", 0, -1}, {"anxious", -1, 1}, {"chaotic", -1, 1}, {"driving", 0, 1},
    {"dynamic", 0, 1}, {"festive", 1, 1}, {"frantic", -1, 1}, {"furious", -1, 1},
    {"hopeful", 1, 0}, {"intense", 0, 1}, {"ominous", -1, 0}, {"playful", 1, 1},
    {"relaxed", 1, -1}, {"wistful", -1, -1}, {"action", 0, 1}, {"bright", 1, 0},
    {"dreamy", 1, -1}, {"fierce", -1, 1}, {"gentle", 1, -1}, {"gloomy", -1, 0}, {"groovy", 0, 1},
    {"heroic", 0, 1}, {"joyful", 1, 1}, {"joyous", 1, 1}, {"lively", 1, 1}, {"lonely", -1, -1},
    {"mellow", 1, -1}, {"serene", 1, -1}, {"sleepy", 0, -1}, {"somber", -1, -1},
    {"sombre", -1, -1}, {"tender", 1, -1}, {"tragic", -1, -1}, {"upbeat", 1, 1}, {"angry", -1, 1},
    {"bleak", -1, -1}, {"eerie", -1, 0}, {"happy", 1, 1}, {"quiet", 0, -1}, {"scary", -1, 1},
    {"sport", 0, 1}, {"sweet", 1, 0}, {"tense", -1, 1}, {"calm", 1, -1}, {"dark", -1, 0},
    {"epic", 0, 1}, {"love", 1, 0}, {"slow", 0, -1}, {"soft", 1, -1}, {"fun", 1, 1},
    {"sad", -1, -1},
};
const size_t attune_n_moods = sizeof attune_moods / sizeof *attune_moods;

const struct attune_mood *attune_mood_find(const char *word)
{
    for (size_t i = 0; i < attune_n_moods; i++) {
        if (strcasecmp(attune_moods[i].word, word) == 0) {
            return &attune_moods[i];
        }
    }
    return NULL;
}
