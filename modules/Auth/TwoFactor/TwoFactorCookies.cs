using Mana.Auth.Cookies;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.TwoFactor;

/// <summary>The two cookies of auth.md 6.2 that belong to the second factor; signed, and given to no page of strangers.</summary>
internal sealed class TwoFactorCookies(SessionCookies cookies, SignedValue signed, OriginCheck origins)
{
    const string Pending = "mana.two_factor";
    const string Trust = "mana.trust_device";

    public static string? TrustOf(HttpRequest request) => request.Cookies["__Secure-" + Trust] ?? request.Cookies[Trust];

    /// <summary>The pending sign-in that this browser has begun.</summary>
    public string? PendingToken(HttpContext context) => signed.Open(context.Request.Cookies[cookies.Name(Pending)]);

    public void Begin(HttpContext context, string token) => Write(context, Pending, signed.Sign(token), PendingSignIns.Lifetime);

    /// <summary>After a complete sign-in; <see cref="Sessions.SignedIn"/> calls it.</summary>
    public void Complete(HttpContext context, string? trustToken)
    {
        if (context.Request.Cookies.ContainsKey(cookies.Name(Pending)))
            Write(context, Pending, "", TimeSpan.Zero);
        if (trustToken is not null)
            Write(context, Trust, signed.Sign(trustToken), TrustedDevices.Lifetime);
    }

    void Write(HttpContext context, string name, string value, TimeSpan lifetime)
    {
        if (origins.MaySetCookie(context))
            context.Response.Cookies.Append(cookies.Name(name), value, cookies.Attributes(lifetime));
    }
}
