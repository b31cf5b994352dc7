typedef int attune_room_midi_write; /* to be written */
