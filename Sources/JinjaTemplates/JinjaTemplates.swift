// The first file of JinjaTemplates.
