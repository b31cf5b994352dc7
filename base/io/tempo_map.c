typedef int attune_room_tempo_map; /* to be written */
