// Renders the TEMPLATE of a Modelfile as Ollama does: Go's text/template over the system prompt and the messages.
// Reads {"template": …, "messages": [{"role": …, "content": …}]} from standard input. Run by modelfile.py.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
)

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

func main() {
	var input struct {
		Template string    `json:"template"`
		Messages []message `json:"messages"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&input); err != nil {
		panic(err)
	}
	var system []string
	for _, m := range input.Messages {
		if m.Role == "system" {
			system = append(system, m.Content)
		}
	}
	parsed := template.Must(template.New("").Parse(input.Template))
	var text strings.Builder
	err := parsed.Execute(&text, map[string]any{"System": strings.Join(system, "\n\n"), "Messages": input.Messages})
	if err != nil {
		panic(err)
	}
	fmt.Print(text.String())
}
