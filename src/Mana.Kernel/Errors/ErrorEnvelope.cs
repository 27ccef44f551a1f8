using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Mana.Kernel.Errors;

/// <summary>How the routes of a group word their errors; attach it with <c>WithMetadata</c>.</summary>
/// <param name="WithStatus">Also write <c>status</c>, as the wrapper routes of the original do (auth.md 3.4, E1).</param>
/// <param name="Unauthorized">Value of <c>error</c> on a 401 of these routes; null: the verifier's own code.</param>
/// <param name="BadToken">Message of a 401 for a token that is not valid any more, or never was; null: the verifier's own words.</param>
/// <param name="BadJson">Value of <c>error</c> for a body that is not the expected JSON.</param>
/// <param name="NoToken">Message of a 401 for a request without any token; null: the verifier's own words.</param>
/// <param name="TextErrors">
/// <c>error</c> is the text for people, <c>code</c> the machine's word in UPPER_SNAKE, and there is <c>status</c> (compute.md 3.3).
/// </param>
public sealed record ErrorStyle(
    bool WithStatus = false, string? Unauthorized = null, string BadJson = "invalid_json", string? BadToken = null, string? NoToken = null, bool TextErrors = false);

/// <summary>Metadata of routes that people look at: it writes their refusals in place of the envelope.</summary>
public interface IErrorPage
{
    /// <summary>Sets status and body; <c>Retry-After</c> is there already.</summary>
    Task WriteAsync(HttpContext context, ApiError error);
}

/// <summary>Writes <see cref="ApiError"/> to a response that has not started yet, and leaves it among the request's features for whoever counts.</summary>
public static class ErrorEnvelope
{
    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext context, ApiError error)
    {
        var response = context.Response;
        context.Features.Set(error);
        response.StatusCode = error.StatusCode;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        if (error.RetryAfterSeconds is { } seconds)
        {
            // The second is what the engine of the original's web apps sends and reads (auth.md 3.4, E3).
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            response.Headers["X-Retry-After"] = response.Headers.RetryAfter;
        }

        if (HttpMethods.IsHead(context.Request.Method))
            return;

        if (context.GetEndpoint()?.Metadata.GetMetadata<IErrorPage>() is { } page)
        {
            await page.WriteAsync(context, error);
            return;
        }

        var style = context.GetEndpoint()?.Metadata.GetMetadata<ErrorStyle>();
        if (style is { WithStatus: true })
            error = Refusals.ForWrapper(error);
        using (var json = new Utf8JsonWriter(response.BodyWriter, Readable))
            Write(json, error, style);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    static void Write(Utf8JsonWriter json, ApiError error, ErrorStyle? style)
    {
        json.WriteStartObject();
        json.WriteNumber("statusCode", error.StatusCode);
        var isText = style is { TextErrors: true };
        var code = error.Code ?? error.Error;
        json.WriteString("code", isText ? code.ToUpperInvariant() : code);
        json.WriteString("error", isText ? error.Message : error.Error);
        json.WriteString("message", error.Message);
        if (style is { WithStatus: true } or { TextErrors: true })
            json.WriteNumber("status", error.StatusCode);
        if (error.RetryAfterSeconds is { } seconds)
            json.WriteNumber("retryAfterSec", seconds);
        if (error.Index is { } index)
            json.WriteNumber("index", index);
        if (error.Details is { } details)
        {
            json.WritePropertyName("details");
            JsonSerializer.Serialize(json, details);
        }

        json.WriteEndObject();
    }
}
