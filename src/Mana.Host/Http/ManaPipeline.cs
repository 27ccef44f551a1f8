using Mana.Host.Health;
using Mana.Kernel;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Mana.Host.Http;

/// <summary>The order of the pipeline, in one place.</summary>
internal static class ManaPipeline
{
    public static void AddManaHttp(this IServiceCollection services)
    {
        services.AddCors();
        services.AddSingleton<ICorsPolicyProvider, CorsByPath>();
        services.AddOpenApi(ApiDocument.Configure);
        services.AddSingleton<PublicCertificate>().AddHostedService(provider => provider.GetRequiredService<PublicCertificate>());
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
