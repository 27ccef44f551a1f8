using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mana.Kernel.Identity;

/// <summary>What the client asked for, before anything here decoded or shortened it (RFC 9449 4.2, <c>htu</c>).</summary>
public static class RequestTarget
{
    /// <summary>The path as it was sent, percent-encoded, without the query.</summary>
    public static string PathOf(HttpContext context) => context.Features.Get<IHttpRequestFeature>()?.RawTarget is ['/', ..] raw
        ? raw.Split('?', 2)[0]
        : (context.Request.PathBase + context.Request.Path).ToUriComponent();
}
