using Mana.Auth.Cookies;
using Mana.Auth.Keys;
using Mana.Kernel.Ids;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.MagicLink;

/// <summary>Ties a link to the browser that asked for it: whoever opens it in another one is told who asked (auth.md 12).</summary>
internal sealed class MagicLinkNonce(SessionCookies cookies, SignedValue signed, OriginCheck check, IIdSource ids)
{
    const string CookieName = "mana.magic_link";

    /// <summary>A new one; also in a cookie, unless the request is a foreign page's.</summary>
    public string Give(HttpContext http)
    {
        var nonce = OpaqueToken.New(ids);
        if (check.MaySetCookie(http))
            http.Response.Cookies.Append(cookies.Name(CookieName), signed.Sign(nonce), cookies.Attributes(MagicLinkRequests.Lifetime));
        return nonce;
    }

    public bool IsOf(HttpContext http, MagicLinkData data) => MagicLinkData.Digest(signed.Open(http.Request.Cookies[cookies.Name(CookieName)])) == data.Nonce;
}
