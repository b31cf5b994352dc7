typedef int attune_room_midi_read; /* to be written */
