using System.Net;
using System.Text.Json;
using Mana.Payments.Contracts;

namespace Mana.Payments.Api;

/// <summary>From an HTTP answer to a result.</summary>
internal static class StripeReplies
{
    public static StripeResult<T> Read<T>(StripeReply reply, Func<JsonElement, T> read)
    {
        if ((int)reply.Status is >= 200 and < 300)
            return TryRead(reply.Body, read, out var value) ? new StripeResult<T>.Ok(value!) : new StripeResult<T>.Unavailable("unreadable");
        if (!TryRead(reply.Body, body => body.Object("error") ?? default, out var error) || error.ValueKind != JsonValueKind.Object)
            error = default;
        var message = error.Text("message") ?? "";
        return reply.Status switch
        {
            HttpStatusCode.PaymentRequired => new StripeResult<T>.Declined(error.Text("code"), error.Text("decline_code"), message),
            HttpStatusCode.NotFound => new StripeResult<T>.NotFound(),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new StripeResult<T>.Unavailable("authentication"),
            HttpStatusCode.TooManyRequests => new StripeResult<T>.Unavailable("rate_limited"),
            >= HttpStatusCode.InternalServerError => new StripeResult<T>.Unavailable($"status_{(int)reply.Status}"),
            >= HttpStatusCode.BadRequest => new StripeResult<T>.Invalid(error.Text("code") ?? error.Text("type"), error.Text("param"), message),
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
