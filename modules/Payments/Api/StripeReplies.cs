using System.Net;
using System.Text.Json;
using Mana.Payments.Contracts;

namespace Mana.Payments.Api;

/// <summary>What a refusal of Stripe says.</summary>
internal sealed record StripeError(string? Type, string? Code, string? DeclineCode, string? Parameter, string Message)
{
    public static readonly StripeError Silent = new(null, null, null, null, "");
}

/// <summary>From an HTTP answer to a result.</summary>
internal static class StripeReplies
{
    public static StripeResult<T> Read<T>(StripeReply reply, Func<JsonElement, T> read)
    {
        if ((int)reply.Status is >= 200 and < 300)
            return TryRead(reply.Body, read, out var value) ? new StripeResult<T>.Ok(value!) : new StripeResult<T>.Unavailable("unreadable");
        var error = TryRead(reply.Body, Error, out var told) ? told! : StripeError.Silent;
        return reply.Status switch
        {
            HttpStatusCode.PaymentRequired => new StripeResult<T>.Declined(error.Code, error.DeclineCode, error.Message),
            HttpStatusCode.NotFound => new StripeResult<T>.NotFound(),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new StripeResult<T>.Unavailable("authentication"),
            HttpStatusCode.TooManyRequests => new StripeResult<T>.Unavailable("rate_limited"),
            >= HttpStatusCode.InternalServerError => new StripeResult<T>.Unavailable($"status_{(int)reply.Status}"),
            >= HttpStatusCode.BadRequest => new StripeResult<T>.Invalid(error.Code ?? error.Type, error.Parameter, error.Message),
            _ => new StripeResult<T>.Unavailable($"status_{(int)reply.Status}"),
        };
    }

    public static string Name<T>(StripeResult<T> result) => result switch
    {
        StripeResult<T>.Ok => "ok",
        StripeResult<T>.Declined => "declined",
        StripeResult<T>.Invalid => "invalid",
        StripeResult<T>.NotFound => "not_found",
        StripeResult<T>.Unavailable => "unavailable",
        _ => "not_configured",
    };

    static StripeError Error(JsonElement body) => body.Object("error") is { } error
        ? new(error.Text("type"), error.Text("code"), error.Text("decline_code"), error.Text("param"), error.Text("message") ?? "")
        : StripeError.Silent;

    static bool TryRead<T>(byte[] body, Func<JsonElement, T> read, out T? value)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            value = read(document.RootElement);
            return true;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            value = default;
            return false;
        }
    }
}
