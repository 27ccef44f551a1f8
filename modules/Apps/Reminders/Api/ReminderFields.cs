using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Mana.Apps.Reminders.Sources;
using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Reminders.Api;

/// <summary>
/// The members of a request's body, read exactly: a number that is text is none. What is wrong is collected and told at once; unknown members are ignored.
/// </summary>
internal sealed class ReminderFields
{
    public const int LargestBody = 16 * 1024;
    const int Depth = 8;

    readonly List<(string Path, string Message)> _errors = [];
    readonly JsonElement _body;

    ReminderFields(JsonElement body) => _body = body;

    /// <summary>Null when everything was as it should be.</summary>
    public ApiError? Problem => _errors.Count == 0 ? null : AppsRefusals.Invalid(_errors);

    /// <summary>Reads the body, whatever it calls itself.</summary>
    /// <exception cref="JsonException">The body is not a JSON object; the pipeline answers 400.</exception>
    /// <param name="optional">Whether nothing at all is an object without members.</param>
    public static async Task<ReminderFields> ReadAsync(HttpContext context, bool optional = false)
    {
        using var bytes = new MemoryStream();
        await context.Request.BodyReader.CopyToAsync(bytes, context.RequestAborted);
        if (bytes.Length > LargestBody)
            throw new BadHttpRequestException("Too large.", StatusCodes.Status413PayloadTooLarge);
        if (optional && bytes.Length == 0)
            bytes.Write("{}"u8);
        StorableText.Check(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), Depth);
        using var document = JsonDocument.Parse(
            new ReadOnlySequence<byte>(bytes.GetBuffer(), 0, (int)bytes.Length), new JsonDocumentOptions { MaxDepth = Depth, AllowDuplicateProperties = false });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("Not an object.");
        return new ReminderFields(document.RootElement.Clone());
    }

    public void Fail(string path, string message) => _errors.Add((path, message));

    public bool Has(string name) => Find(name) is not null;

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

    public string? Text(string name, int longest)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && text.Length <= longest && !text.Contains('\0', StringComparison.Ordinal))
            return text;
        Fail(name, $"must be a text of 1 to {longest} characters");
        return null;
    }

    public TimeOnly? Time(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && TimeOnly.TryParseExact(value.GetString(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return time;
        Fail(name, "must be a time as HH:mm");
        return null;
    }

    public DateTimeOffset? Instant(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var instant) && instant.Year is > 1970 and < 9000)
            return DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());
        Fail(name, "must be an ISO 8601 instant");
        return null;
    }

    public string? Zone(string name)
    {
        if (Text(name, 64) is not { } id)
            return null;
        if (Zones.Find(id) is not null)
            return id;
        Fail(name, "must be an IANA time zone");
        return null;
    }

    /// <summary>A path of the web app: a link elsewhere would be ours in the eyes of whoever gets it.</summary>
    public string? Path(string name)
    {
        if (Text(name, 500) is not { } path)
            return null;
        if (path[0] == '/' && !path.StartsWith("//", StringComparison.Ordinal) && path.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 && !path.Contains('\\', StringComparison.Ordinal))
            return path;
        Fail(name, "must be a path that begins with /");
        return null;
    }

    public string[]? Channels()
    {
        var type = Find("type") is { } given ? given.ValueKind == JsonValueKind.String ? ReminderChannels.OfType(given.GetString()) : null : [];
        if (type is null)
            Fail("type", "must be push, email or both");
        if (Find("channels") is not { } list)
            return type is { Length: > 0 } ? type : null;
        if (list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && ReminderChannels.All.Contains(item.GetString()!)) && list.GetArrayLength() is > 0 and <= 4)
            return [.. list.EnumerateArray().Select(item => item.GetString()!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Fail("channels", "must be a list of push, email, webhook and inapp");
        return null;
    }

    /// <summary>Flags by name.</summary>
    public string? Flags(string name, int most)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Count() <= most && value.EnumerateObject().All(flag => flag.Name.Length <= 64 && flag.Value.ValueKind is JsonValueKind.True or JsonValueKind.False))
            return JsonSerializer.Serialize(value);
        Fail(name, $"must be an object of at most {most} flags");
        return null;
    }

    JsonElement? Find(string name) => _body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
