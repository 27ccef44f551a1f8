using Microsoft.AspNetCore.Http;

namespace Mana.Kernel.Errors;

/// <summary>Refusals that every module shares. Codes are those of sync.md 25.2 and auth.md 3.4.</summary>
public static class Refusals
{
    public static readonly ApiError BodyTooLarge = new(413, "body_too_large", "The request body is larger than this endpoint accepts.");
    public static readonly ApiError Internal = new(500, "internal", "Internal server error.");

    /// <summary>The word "connection" is part of the contract: clients keep their session only when they read a network word (auth.md 7.3).</summary>
    public static readonly ApiError Unavailable = new(503, "unavailable", "The service has lost a connection it needs; try again shortly.")
    {
        RetryAfterSeconds = 2,
    };

    /// <summary>"Connection" as above: a client that is told to wait must not forget its session (auth.md 7.3).</summary>
    public static ApiError RateLimited(int retryAfterSeconds, bool wrapper) =>
        new(429, wrapper ? "RATE_LIMITED" : "rate_limited", "Too many requests on this connection; try again later.") { RetryAfterSeconds = retryAfterSeconds };

    public static ApiError BadJson(HttpContext context)
    {
        var code = context.GetEndpoint()?.Metadata.GetMetadata<ErrorStyle>()?.BadJson ?? "invalid_json";
        return new ApiError(400, code, "The request body is not the JSON that this endpoint expects.");
    }

    /// <summary>The shared refusals in the spelling of auth.md 3.4, E1: its clients take <c>^[A-Z_]+$</c> for a code and everything else for text.</summary>
    internal static ApiError ForWrapper(ApiError error) => error with
    {
        Error = error.Error == Unavailable.Error ? "SERVICE_UNAVAILABLE" : error.Error.ToUpperInvariant(),
    };

    internal static ApiError ForStatus(int status) => status switch
    {
        StatusCodes.Status404NotFound => new(status, "not_found", "There is nothing at this path."),
        StatusCodes.Status405MethodNotAllowed => new(status, "method_not_allowed", "This path does not answer that method."),
        StatusCodes.Status413PayloadTooLarge => BodyTooLarge,
        StatusCodes.Status415UnsupportedMediaType => new(status, "unsupported_media_type", "Send application/json."),
        _ => new(status, "refused", "The request was refused."),
    };
}
