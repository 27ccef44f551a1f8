using Mana.Auth.Contracts;
using Mana.Auth.StepUp;
using Mana.Kernel.Identity;
using Mana.Kernel.RateLimits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.ApiKeys;

/// <summary>API keys (auth.md 15): services and routes.</summary>
internal static class ApiKeyEndpoints
{
    public const string CreateLimit = "api-key-create";
    const string ValidateLimit = "api-key-validate";
    const int LargestBody = 16 * 1024;

    public static void AddApiKeys(this IServiceCollection services)
    {
        services.AddScoped<ApiKeyManagement>();
        services.AddSingleton<IApiKeyValidator, ApiKeyValidator>().AddSingleton<GuessingLimit>().AddSingleton<ServiceCaller>();
        services.AddManaRateLimit(new(CreateLimit, RateLimitKey.User, 10, 10));
        services.AddManaRateLimit(new(ValidateLimit, RateLimitKey.Address, 600, 600));
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api/v1/api-keys").WithTags("api keys").WithMetadata(new RequestSizeLimitAttribute(LargestBody)).WithoutStorage();
        var own = keys.MapGroup("").RequireAuthorization(Policies.User);
        own.MapGet("", ApiKeyHandlers.ListAsync).WithSummary("The keys of the caller, newest first").Produces<IReadOnlyList<ApiKeyView>>().Produces(401);
        own.MapPost("", ApiKeyHandlers.CreateAsync).RequireLiveSession().RequireRateLimiting(CreateLimit)
            .WithSummary("Make a key").WithDescription("The key itself is in this answer and in no other.").Accepts<ApiKeyRequest>("application/json")
            .Produces<ApiKeyCreated>(201).Produces(400).Produces(401).Produces(409).Produces(429);
        own.MapDelete("/{id}", ApiKeyHandlers.RevokeAsync).RequireLiveSession().WithSummary("Revoke a key").Produces(200).Produces(401).Produces(404);

        // For servers: browsers have no business here.
        keys.MapPost("/validate", ApiKeyHandlers.ValidateAsync).RequireRateLimiting(ValidateLimit).WithMetadata(new DisableCorsAttribute())
            .WithSummary("Whose key this is, and whether it is good for a scope").WithDescription("With X-Service-Key, or anonymously within narrow limits.")
            .Accepts<ApiKeyValidation>("application/json").Produces<ApiKeyValidity>().Produces(400).Produces(401).Produces(429);
    }
}
