using Mana.Kernel;
using Mana.Kernel.Network;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Mana.Host.Http;

/// <summary>The order of the pipeline, in one place.</summary>
internal static class ManaPipeline
{
    public static void AddManaHttp(this IServiceCollection services)
    {
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<TrustedOrigins>((cors, origins) => cors.AddDefaultPolicy(policy => policy
            .SetIsOriginAllowed(origins.IsAllowed)
            .AllowCredentials()
            .WithMethods("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH")
            .WithHeaders("Authorization", "Content-Type", "X-Client-Id", "X-App-Id", "X-Mana-Space", "X-Request-Id", "X-Requested-With", "Last-Event-ID")
            .WithExposedHeaders("Retry-After", "X-Request-Id", "ETag", "set-auth-jwt")
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
        services.AddOpenApi(ApiDocument.Configure);
    }

    public static void UseManaPipeline(this WebApplication app)
    {
        // Around the exception handler: what it answers carries these headers, and what it logs the request's id.
        app.UseMiddleware<RequestIds>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseKernel();
        app.UseMiddleware<ExactPaths>();
        app.UseRouting();
        app.UseCors();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
    }
}
