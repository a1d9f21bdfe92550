/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "firmware.h"

#include <json-c/json.h>
#include <string.h>

static void put_json(json_object **object)
{
    json_object_put(*object);
}

#define _cleanup_json_ __attribute__((cleanup(put_json)))

static const char *json_text(json_object *object, const char *key)
{
    json_object *value;

    if (!json_object_object_get_ex(object, key, &value))
        return NULL;
    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static bool json_array_has(json_object *object, const char *key, const char *word)
{
    json_object *array;

    if (!json_object_object_get_ex(object, key, &array) ||
        !json_object_is_type(array, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        json_object *item = json_object_array_get_idx(array, i);

        if (json_object_is_type(item, json_type_string) &&
            strcmp(json_object_get_string(item), word) == 0)
            return true;
    }
    return false;
}

/* The path of the image: "filename" for a firmware mapped as memory, "executable" for one in flash.
 */
static const char *image_of(json_object *root)
{
    json_object *mapping, *executable;

    if (!json_object_object_get_ex(root, "mapping", &mapping))
        return NULL;
    if (json_object_object_get_ex(mapping, "executable", &executable))
        return json_text(executable, "filename");
    return json_text(mapping, "filename");
}

int firmware_parse(const char *text, struct host_firmware *ret_firmware)
{
    _cleanup_json_ json_object *root = json_tokener_parse(text);
    struct host_firmware firmware = { 0 };
    const char *image;

    if (!root || !json_object_is_type(root, json_type_object))
        return -EBADMSG;
    image = image_of(root);
    if (!image || !json_array_has(root, "features", "intel-tdx"))
        return -ENOENT;
    text_copy(firmware.binary, sizeof(firmware.binary), image);
    *ret_firmware = firmware;
    return 0;
}
