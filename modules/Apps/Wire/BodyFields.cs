using System.Buffers;
using System.Text.Json;
using Mana.Kernel.Errors;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Wire;

/// <summary>
/// The members of a request's body, read one by one and exactly. What is wrong is collected and told at once; members that nobody asks for are ignored.
/// </summary>
internal sealed class BodyFields
{
    public const int LargestBody = 256 * 1024;
    static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };
    static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement.Clone();

    readonly JsonElement _body;
    readonly List<(string Path, string Message)> _errors;

    BodyFields(JsonElement body, List<(string Path, string Message)> errors) => (_body, _errors) = (body, errors);

    /// <summary>Null when everything was as it should be.</summary>
    public ApiError? Problem => _errors.Count == 0 ? null : AppsRefusals.Invalid(_errors);

    /// <summary>Reads the whole body; nothing at all is an object without members.</summary>
    /// <exception cref="JsonException">The body is no JSON object; the pipeline answers 400.</exception>
    public static async Task<BodyFields> ReadAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > LargestBody)
                throw new BadHttpRequestException("Too large.", StatusCodes.Status413PayloadTooLarge);
            if (read.IsCompleted)
            {
                var fields = Parse(read.Buffer);
                reader.AdvanceTo(read.Buffer.End);
                return fields;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Returns when the body is there, for <see cref="ReadAsync"/> to read without waiting: also one that is too large to be read.</summary>
    public static async Task ArriveAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var there = read.IsCompleted || read.Buffer.Length > LargestBody;
            reader.AdvanceTo(read.Buffer.Start, there ? read.Buffer.Start : read.Buffer.End);
            if (there)
                return;
        }
    }

    public bool Has(string name) => Find(name) is not null;

    public void Fail(string path, string message) => _errors.Add((path, message));

    public string? Text(string name, int longest = 2_000)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= longest && !text.Contains('\0', StringComparison.Ordinal))
            return text;
        Fail(name, $"must be a text of at most {longest} characters");
        return null;
    }

    /// <summary>The text, whatever its length; null when it is none.</summary>
    public string? AnyText(string name) => Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public string[] Texts(string name, int most, int longest = 200)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= most
            && value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String && one.GetString()!.Length <= longest))
            return [.. value.EnumerateArray().Select(one => one.GetString()!)];
        Fail(name, $"must be a list of at most {most} texts");
        return [];
    }

    public BodyFields[] Objects(string name, int most)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= most && value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.Object))
            return [.. value.EnumerateArray().Select(one => new BodyFields(one, _errors))];
        Fail(name, $"must be a list of at most {most} objects");
        return [];
    }

    public JsonElement? Object(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Object)
            return value;
        Fail(name, "must be an object");
        return null;
    }

    public int? Whole(string name, int smallest, int largest)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= smallest && number <= largest)
            return number;
        Fail(name, $"must be a whole number from {smallest} to {largest}");
        return null;
    }

    public bool? Flag(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Fail(name, "must be true or false");
        return null;
    }

    public string? Choice(string name, params ReadOnlySpan<string> choices)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && choices.Contains(value.GetString()!))
            return value.GetString();
        Fail(name, $"must be one of {string.Join(", ", choices.ToArray())}");
        return null;
    }

    static BodyFields Parse(ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty)
            return new BodyFields(Nothing, []);
        StorableText.Check(body.IsSingleSegment ? body.FirstSpan : body.ToArray(), Strict.MaxDepth);
        using var document = JsonDocument.Parse(body, Strict);
        return document.RootElement.ValueKind == JsonValueKind.Object ? new BodyFields(document.RootElement.Clone(), []) : throw new JsonException("Not an object.");
    }

    JsonElement? Find(string name) => _body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
