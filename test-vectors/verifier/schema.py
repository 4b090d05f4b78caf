def check_form(data, name, schema):
    return []
