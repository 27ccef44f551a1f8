using Mana.Auth.Oidc.Dpop;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Tokens;

/// <summary>For routes that give out tokens: a <c>DPoP</c> header binds them to its key (RFC 9449 5); without one they are bearer tokens, as they always were.</summary>
internal sealed class ProofFilter(DpopProofs proofs, AuthOptions options) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var proven = (ProvenKey)http.RequestServices.GetService(typeof(ProvenKey))!;
        // The proof that came with the caller's token counts once, and for both.
        if (proven.Thumbprint is not null)
            return await next(context);
        var verdict = await proofs.JudgeAsync(http, http.Request.Method, options.BaseUrl + RequestTarget.PathOf(http), null, http.RequestAborted);
        if (verdict is DpopVerdict.Bad bad)
            return AuthRefusals.InvalidProof(bad.Reason);
        if (verdict is DpopVerdict.Good good)
            proven.Thumbprint = good.Thumbprint;
        return await next(context);
    }
}

internal static class ProofFilterExtensions
{
    public static TBuilder TakesProof<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.AddEndpointFilter<TBuilder, ProofFilter>();
}
