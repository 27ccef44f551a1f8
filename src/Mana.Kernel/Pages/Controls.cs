namespace Mana.Kernel.Pages;

/// <summary>The parts that pages are made of. Every input has a label, every problem is tied to its input.</summary>
public static class Controls
{
    /// <summary>One input and what is said about it.</summary>
    /// <param name="Autocomplete">Token of the HTML standard: it lets password managers help.</param>
    public sealed record Field(string Name, string Label, string Type = "text", string Autocomplete = "off")
    {
        public string? Value { get; init; }

        public string? Hint { get; init; }

        public string? Problem { get; init; }

        public bool Required { get; init; } = true;

        public int? Longest { get; init; }

        public string? InputMode { get; init; }

        public bool Focus { get; init; }
    }

    public static Markup Input(Field field)
    {
        var described = (field.Problem, field.Hint) switch
        {
            (not null, _) => Markup.Of($" aria-invalid=\"true\" aria-describedby=\"{field.Name}-problem\""),
            (_, not null) => Markup.Of($" aria-describedby=\"{field.Name}-hint\""),
            _ => Markup.None,
        };
        var more = Markup.Of($"{Attribute("value", field.Value)}{Attribute("inputmode", field.InputMode)}{(field.Longest is { } most ? Markup.Of($" maxlength=\"{most}\"") : Markup.None)}{Flag("required", field.Required)}{Flag("autofocus", field.Focus || field.Problem is not null)}");
        var below = field.Problem is not null ? Markup.Of($"<small class=\"problem\" id=\"{field.Name}-problem\">{field.Problem}</small>")
            : field.Hint is not null ? Markup.Of($"<small id=\"{field.Name}-hint\">{field.Hint}</small>") : Markup.None;
        return Markup.Of($"""<div class="field"><label for="{field.Name}">{field.Label}</label><input id="{field.Name}" name="{field.Name}" type="{field.Type}" autocomplete="{field.Autocomplete}"{described}{more}>{below}</div>""");
    }

    public static Markup Check(string name, string label, bool isChecked, string value = "true") =>
        Markup.Of($"""<label class="check"><input type="checkbox" name="{name}" value="{value}"{Flag("checked", isChecked)}> <span>{label}</span></label>""");

    public static Markup Hidden(string name, string? value) =>
        string.IsNullOrEmpty(value) ? Markup.None : Markup.Of($"""<input type="hidden" name="{name}" value="{value}">""");

    public static Markup Button(string text, string kind = "primary") => Markup.Of($"""<button type="submit" class="{kind}">{text}</button>""");

    public static Markup Link(string place, string text) => Markup.Of($"""<a href="{place}">{text}</a>""");

    /// <summary>Read out by screen readers as soon as it is there.</summary>
    public static Markup Problem(string? text) => string.IsNullOrEmpty(text) ? Markup.None : Markup.Of($"""<p class="notice bad" role="alert">{text}</p>""");

    public static Markup Done(string? text) => string.IsNullOrEmpty(text) ? Markup.None : Markup.Of($"""<p class="notice good" role="status">{text}</p>""");

    public static Markup Title(string title, string? lead = null) =>
        Markup.Of($"""<h1>{title}</h1>{(lead is null ? Markup.None : Markup.Of($"<p class=\"lead\">{lead}</p>"))}""");

    static Markup Attribute(string name, string? value) => string.IsNullOrEmpty(value) ? Markup.None : Markup.Of($" {name}=\"{value}\"");

    static Markup Flag(string name, bool set) => set ? new Markup(" " + name) : Markup.None;
}
