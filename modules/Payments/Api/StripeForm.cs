using System.Globalization;

namespace Mana.Payments.Api;

/// <summary>Parameters as Stripe takes them: form fields whose names say how deep they are (<c>line_items[0][price_data][currency]</c>). Null is left out.</summary>
internal sealed class StripeForm
{
    readonly List<KeyValuePair<string, string>> _fields = [];

    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    public StripeForm Text(string name, string? value)
    {
        if (value is not null)
            _fields.Add(new(name, value));
        return this;
    }

    public StripeForm Number(string name, long? value) => Text(name, value?.ToString(CultureInfo.InvariantCulture));

    public StripeForm Flag(string name, bool? value) => Text(name, value is { } flag ? flag ? "true" : "false" : null);

    public StripeForm Instant(string name, DateTimeOffset? value) => Number(name, value?.ToUnixTimeSeconds());

    public StripeForm Map(string name, IReadOnlyDictionary<string, string>? values)
    {
        foreach (var (key, value) in values ?? new Dictionary<string, string>(StringComparer.Ordinal))
            Text($"{name}[{key}]", value);
        return this;
    }

    public StripeForm List(string name, IEnumerable<string> values)
    {
        foreach (var (i, value) in values.Index())
            Text($"{name}[{i}]", value);
        return this;
    }

    /// <summary>The fields as a query: <c>?a=1&amp;b%5B0%5D=x</c>, empty without any.</summary>
    public string ToQuery() =>
        _fields.Count == 0 ? "" : "?" + string.Join('&', _fields.Select(field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}"));
}
