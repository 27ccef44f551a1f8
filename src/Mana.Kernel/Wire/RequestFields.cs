using System.Buffers;
using System.Text.Json;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Kernel.Wire;

/// <summary>
/// The members of a request's body, read one by one: what nobody asks for is ignored, so no member can become a column by its name (commerce.md W-52).
/// What is wrong is collected and told at once. The body may be missing where nothing is required.
/// </summary>
public sealed class RequestFields
{
    public const int LargestBody = 64 * 1024;
    public const int Depth = 32;
    static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement.Clone();

    readonly List<(string Path, string Message)> _errors = [];

    RequestFields(JsonElement body) => Body = body;

    /// <summary>Always an object.</summary>
    public JsonElement Body { get; }

    /// <summary>Null when everything was as it should be.</summary>
    public ApiError? Problem => _errors.Count == 0 ? null : ValidationFailed.With(_errors);

    /// <summary>Reads the body, whatever it calls itself.</summary>
    /// <exception cref="JsonException">The body is not a JSON object; the pipeline answers 400.</exception>
    public static async Task<RequestFields> ReadAsync(HttpContext context, int largest = LargestBody)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        if (bytes.Length > largest)
            throw new BadHttpRequestException("Too large.", StatusCodes.Status413PayloadTooLarge);
        if (bytes.Length == 0)
            return new RequestFields(Nothing);
        StorableText.Check(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), Depth);
        using var document = JsonDocument.Parse(
            new ReadOnlySequence<byte>(bytes.GetBuffer(), 0, (int)bytes.Length), new JsonDocumentOptions { MaxDepth = Depth, AllowDuplicateProperties = false });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("Not an object.");
        return new RequestFields(document.RootElement.Clone());
    }

    public void Fail(string path, string message) => _errors.Add((path, message));

    /// <summary>The member is there and says something.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>The member is there, if only to say null.</summary>
    public bool Mentions(string name) => Body.TryGetProperty(name, out _);

    /// <summary>Trimmed; empty only when <see cref="Problem"/> says so.</summary>
    public string Text(string name, int longest, int shortest = 1)
    {
        if (!Has(name))
            Fail(name, "is required");
        return OptionalText(name, longest, shortest) ?? "";
    }

    /// <summary>Trimmed, its length counted after that.</summary>
    public string? OptionalText(string name, int longest, int shortest = 0)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString()!.Trim() is { } text && text.Length <= longest && text.Length >= shortest)
            return text;
        Fail(name, $"must be a text of {(shortest > 0 ? $"{shortest} to {longest}" : $"at most {longest}")} characters");
        return null;
    }

    /// <summary>A text of a given form, not trimmed.</summary>
    public string? OptionalText(string name, System.Text.RegularExpressions.Regex form, string described)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && form.IsMatch(value.GetString()!))
            return value.GetString();
        Fail(name, "must be " + described);
        return null;
    }

    /// <summary>A JSON object, as compact text.</summary>
    public string? OptionalObject(string name, int mostBytes)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Object && JsonSerializer.Serialize(value, PlatformJson.Options) is { } text && System.Text.Encoding.UTF8.GetByteCount(text) <= mostBytes)
            return text;
        Fail(name, $"must be an object of at most {mostBytes} bytes");
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

    public Guid? OptionalId(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && Guid.TryParseExact(value.GetString(), "D", out var id))
            return id;
        Fail(name, "must be a UUID");
        return null;
    }

    /// <summary>A list of UUIDs, in its order and with its repetitions.</summary>
    public IReadOnlyList<Guid> Ids(string name, int most)
    {
        var ids = new List<Guid>();
        if (Find(name) is { ValueKind: JsonValueKind.Array } value && value.GetArrayLength() <= most)
            foreach (var item in value.EnumerateArray())
                if (item.ValueKind == JsonValueKind.String && Guid.TryParseExact(item.GetString(), "D", out var id))
                    ids.Add(id);
                else
                {
                    Fail($"{name}[{ids.Count}]", "must be a UUID");
                    return [];
                }
        else
            Fail(name, $"must be a list of at most {most} UUIDs");
        return ids;
    }

    /// <summary>The objects of a list.</summary>
    public IReadOnlyList<RequestFields> Objects(string name, int most)
    {
        if (Find(name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() <= most && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object))
            return [.. list.EnumerateArray().Select(item => new RequestFields(item))];
        Fail(name, $"must be a list of at most {most} objects");
        return [];
    }

    public string? OptionalChoice(string name, params ReadOnlySpan<string> choices)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && choices.Contains(value.GetString()!))
            return value.GetString();
        Fail(name, $"must be one of {string.Join(", ", choices.ToArray())}");
        return null;
    }

    JsonElement? Find(string name) => Body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}

/// <summary>The refusal of input that is not as it should be: 400 <c>validation_failed</c>, each error with its path (commerce.md 1.3).</summary>
public static class ValidationFailed
{
    public static ApiError With(string path, string message) => With([(path, message)]);

    public static ApiError With(IReadOnlyList<(string Path, string Message)> errors) =>
        new(400, "validation_failed", string.Join("; ", errors.Select(error => $"{error.Path} {error.Message}")))
        {
            Details = new Dictionary<string, object>(StringComparer.Ordinal) { ["errors"] = errors.Select(error => new { path = error.Path, message = error.Message }).ToArray() },
        };
}
