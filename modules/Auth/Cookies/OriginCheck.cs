using Mana.Auth.Origins;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Cookies;

/// <summary>
/// A browser sends cookies along with whatever site asks it to. What a cookie authenticates must therefore come from an origin on the list,
/// letter for letter (auth.md 3.2).
/// </summary>
internal sealed class OriginCheck(TrustedOrigins trusted)
{
    static readonly ApiError Missing = new(StatusCodes.Status403Forbidden, "MISSING_OR_NULL_ORIGIN", "This request needs an Origin header.");
    static readonly ApiError Invalid = new(StatusCodes.Status403Forbidden, "INVALID_ORIGIN", "This origin may not do that.");

    /// <summary>The refusal of a request that a cookie authenticates, or null.</summary>
    public ApiError? Refusal(HttpContext context)
    {
        var method = context.Request.Method;
        var changes = !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);
        return Origin(context) switch
        {
            null => changes ? Missing : null,
            { } origin when trusted.Contains(origin) => null,
            _ => changes || IsCrossSite(context) ? Invalid : null,
        };
    }

    /// <summary>From a trusted origin, or from a program that is no browser.</summary>
    public bool MaySetCookie(HttpContext context) =>
        context.Request.Headers.Origin.Count == 0 ? !IsCrossSite(context) : trusted.Contains(Origin(context));

    static bool IsCrossSite(HttpContext context) => context.Request.Headers["Sec-Fetch-Site"] == "cross-site";

    /// <summary>Null also for the text <c>null</c>, which browsers send for documents without an origin.</summary>
    static string? Origin(HttpContext context) => context.Request.Headers.Origin.ToString() is { Length: > 0 } origin and not "null" ? origin : null;
}
