using System.Text.Json;
using Mana.Kernel.Errors;
using Mana.Kernel.Network;
using Microsoft.AspNetCore.Http;

namespace Mana.Subscriptions.Wire;

/// <summary>The members of a request's body, read exactly; what is wrong is collected and told at once. Unknown members are ignored.</summary>
internal sealed class RequestFields
{
    public const int LargestBody = 64 * 1024;
    static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement.Clone();

    readonly List<(string Path, string Message)> _errors = [];
    readonly JsonElement _body;

    RequestFields(JsonElement body) => _body = body;

    /// <summary>Null when everything was as it should be.</summary>
    public ApiError? Problem => _errors.Count == 0 ? null : SubscriptionsRefusals.Validation(_errors);

    /// <summary>Reads the body, whatever it calls itself; a missing one is empty.</summary>
    /// <exception cref="JsonException">The body is not a JSON object; the pipeline answers 400.</exception>
    public static async Task<RequestFields> ReadAsync(HttpContext context)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        if (bytes.Length == 0)
            return new RequestFields(Nothing);
        using var document = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
        return document.RootElement.ValueKind == JsonValueKind.Object ? new RequestFields(document.RootElement.Clone()) : throw new JsonException("Not an object.");
    }

    public void Fail(string path, string message) => _errors.Add((path, message));

    public bool Has(string name) => _body.TryGetProperty(name, out _);

    public Guid Id(string name)
    {
        if (Find(name) is { ValueKind: JsonValueKind.String } value && Guid.TryParseExact(Utf8(value), "D", out var id))
            return id;
        Fail(name, "must be a UUID");
        return default;
    }

    public string? OptionalText(string name, int longest)
    {
        if (Find(name) is not { } value)
            return null;
        // Half a character is no text; the database could not keep it.
        if (value.ValueKind == JsonValueKind.String && Utf8(value) is { Length: > 0 } text && text.Length <= longest && !text.Contains('\0', StringComparison.Ordinal))
            return text;
        Fail(name, $"must be a text of 1 to {longest} characters");
        return null;
    }

    public string? Choice(string name, string otherwise, params ReadOnlySpan<string> choices)
    {
        if (Find(name) is not { } value)
            return otherwise;
        if (value.ValueKind == JsonValueKind.String && Utf8(value) is { } text && choices.Contains(text))
            return text;
        Fail(name, $"must be one of {string.Join(", ", choices.ToArray())}");
        return null;
    }

    public int? OptionalWhole(string name, int smallest, int largest)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= smallest && number <= largest)
            return number;
        Fail(name, $"must be a whole number from {smallest} to {largest}");
        return null;
    }

    public bool? OptionalFlag(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Fail(name, "must be true or false");
        return null;
    }

    /// <summary>A list of short texts, as JSON.</summary>
    public string? OptionalTexts(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= 50 && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && Utf8(item) is { Length: <= 200 } text && !text.Contains('\0', StringComparison.Ordinal)))
            return JsonSerializer.Serialize(value, SubscriptionsJson.Options);
        Fail(name, "must be a list of at most 50 short texts");
        return null;
    }

    /// <summary>Stripe sends people there: only to pages of our own (W-44).</summary>
    public string Page(string name, TrustedOrigins origins)
    {
        if (Find(name) is { ValueKind: JsonValueKind.String } value && Utf8(value) is { Length: <= 2000 } text && Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)) && url.UserInfo.Length == 0 && origins.IsAllowed(url.GetLeftPart(UriPartial.Authority)))
            return text;
        Fail(name, "must be a page of a trusted origin");
        return "";
    }

    JsonElement? Find(string name) => _body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    static string? Utf8(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
