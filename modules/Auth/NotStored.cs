using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth;

internal static class NotStored
{
    /// <summary>Answers hold keys, tokens or data of a person: no cache keeps them (auth.md 3.3).</summary>
    public static TBuilder WithoutStorage<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            context.HttpContext.Response.Headers.Pragma = "no-cache";
            return next(context);
        });
}
