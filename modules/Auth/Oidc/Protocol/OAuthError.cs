using System.Text.Json;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Protocol;

/// <summary>A refusal in the words of RFC 6749 5.2 (auth.md 3.4, E5); for a browser's request the same words travel in the redirect (4.1.2.1).</summary>
/// <param name="Error">Registered code; clients branch on it.</param>
/// <param name="Description">For developers: printable ASCII without quotes and backslashes. Never holds what was sent.</param>
internal sealed record OAuthError(string Error, string Description, int Status = StatusCodes.Status400BadRequest) : IResult
{
    public const string InvalidRequestCode = "invalid_request";

    /// <summary>Value of <c>WWW-Authenticate</c>.</summary>
    public string? Challenge { get; init; }

    public int? RetryAfterSeconds { get; init; }

    public static OAuthError InvalidRequest(string description) => new(InvalidRequestCode, description);

    public static OAuthError InvalidGrant(string description) => new("invalid_grant", description);

    public static OAuthError InvalidScope(string description) => new("invalid_scope", description);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        response.Headers.Pragma = "no-cache";
        if (Challenge is not null)
            response.Headers.WWWAuthenticate = Challenge;
        if (RetryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using (var json = new Utf8JsonWriter(response.BodyWriter))
        {
            json.WriteStartObject();
            json.WriteString("error", Error);
            json.WriteString("error_description", Description);
            json.WriteEndObject();
        }

        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}

/// <summary>What the pipeline refuses on these routes (too large, too often, no database), in the same words.</summary>
internal sealed class OAuthErrors : IErrorPage
{
    public Task WriteAsync(HttpContext context, ApiError error) => new OAuthError(
        error.StatusCode switch
        {
            StatusCodes.Status429TooManyRequests => "slow_down",
            StatusCodes.Status503ServiceUnavailable => "temporarily_unavailable",
            >= 500 => "server_error",
            _ => OAuthError.InvalidRequestCode,
        },
        error.Message, error.StatusCode).ExecuteAsync(context);
}
