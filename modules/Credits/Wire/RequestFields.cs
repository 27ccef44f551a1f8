using System.Buffers;
using System.Text.Json;
using Mana.Credits.Contracts;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Credits.Wire;

/// <summary>
/// The members of a request's body, read one by one and exactly: a number that is text is none (commerce.md 2.3). What is wrong is collected and told
/// at once. Unknown members are ignored; the body may be missing where nothing is required.
/// </summary>
internal sealed class RequestFields
{
    public const int LargestBody = 64 * 1024;
    static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement.Clone();

    readonly List<(string Path, string Message)> _errors = [];
    readonly JsonElement _body;
    readonly HttpRequest _request;

    RequestFields(JsonElement body, HttpRequest request) => (_body, _request) = (body, request);

    /// <summary>Null when everything was as it should be.</summary>
    public ApiError? Problem => _errors.Count == 0 ? null : CreditsRefusals.Validation(_errors);

    /// <summary>Reads the body, whatever it calls itself.</summary>
    /// <exception cref="JsonException">The body is not JSON; the pipeline answers 400.</exception>
    public static async Task<RequestFields> ReadAsync(HttpContext context)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        if (bytes.Length > LargestBody)
            throw new BadHttpRequestException("Too large.", StatusCodes.Status413PayloadTooLarge);
        if (bytes.Length == 0)
            return new RequestFields(Nothing, context.Request);
        Storable.Check(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        using var document = JsonDocument.Parse(
            new ReadOnlySequence<byte>(bytes.GetBuffer(), 0, (int)bytes.Length), new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("Not an object.");
        return new RequestFields(document.RootElement.Clone(), context.Request);
    }

    public void Fail(string path, string message) => _errors.Add((path, message));

    /// <summary>Also as null.</summary>
    public bool Names(string name) => _body.TryGetProperty(name, out _);

    public bool Has(string name) => Find(name) is not null;

    public CreditAmount Amount(string name, bool whole = false, CreditAmount? largest = null) =>
        OptionalAmount(name, whole, largest) ?? Missing<CreditAmount>(name, Has(name));

    public CreditAmount? OptionalAmount(string name, bool whole = false, CreditAmount? largest = null, bool signed = false)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var credits) && CreditAmount.OfCredits(credits) is { } amount
            && (amount.MayMove || (signed && (-amount).MayMove)) && (!whole || amount.IsWhole) && amount <= (largest ?? CreditAmount.Largest))
            return amount;
        Fail(name, $"must be a {(whole ? "whole " : "")}{(signed ? "" : "positive ")}number of at most {largest ?? CreditAmount.Largest}{(whole ? "" : " with at most 3 decimals")}");
        return default(CreditAmount);
    }

    public string Text(string name, int longest, bool mayBeEmpty = false)
    {
        var text = OptionalText(name, longest);
        if (text is null || (text.Length == 0 && !mayBeEmpty))
            return Missing<string>(name, failed: text is null && Has(name)) ?? "";
        return text;
    }

    public string? OptionalText(string name, int longest, int shortest = 0)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= longest && text.Length >= shortest && !text.Contains('\0', StringComparison.Ordinal))
            return text;
        Fail(name, $"must be a text of {(shortest > 0 ? $"{shortest} to {longest}" : $"at most {longest}")} characters");
        return null;
    }

    /// <summary>A JSON object, as compact text.</summary>
    public string? OptionalObject(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Object)
            return JsonSerializer.Serialize(value);
        Fail(name, "must be an object");
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

    public Guid Id(string name) => OptionalId(name) ?? Missing<Guid>(name, Has(name));

    public DateTimeOffset? OptionalInstant(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var instant))
            return instant.ToUniversalTime();
        Fail(name, "must be an ISO 8601 instant");
        return null;
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

    /// <summary>From the body or the header; two different ones are an error (commerce.md 3.7).</summary>
    public string? IdempotencyKey()
    {
        var inBody = OptionalText("idempotencyKey", 255, shortest: 1);
        var header = _request.Headers["Idempotency-Key"].ToString();
        if (header.Length > 255 || !Storable.IsText(header))
            Fail("Idempotency-Key", "must be a text of 1 to 255 characters");
        else if (header.Length > 0 && inBody is not null && header != inBody)
            Fail("idempotencyKey", "differs from the header Idempotency-Key");
        return inBody ?? (header.Length > 0 ? header : null);
    }

    JsonElement? Find(string name) => _body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    T? Missing<T>(string name, bool failed)
    {
        if (!failed)
            Fail(name, "is required");
        return default;
    }
}
