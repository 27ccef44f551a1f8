using Mana.Auth.StepUp;
using Mana.Auth.Vault;
using Mana.Kernel.Configuration;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.MissionGrants;

/// <summary>Grants for missions (auth.md 21): services and routes.</summary>
internal static class MissionGrantEndpoints
{
    /// <summary>1,000 ids and 50 tables of 200 characters, each written as an escape at worst.</summary>
    const int LargestBody = 1024 * 1024;

    public static void AddMissionGrants(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddManaOptions<MissionGrantOptions>(configuration, "Auth:MissionGrants");
        services.AddScoped<MissionGranting>().AddScoped<MissionGrantRegister>();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var own = app.MapGroup("/api/v1/me").WithTags("mission grants").RequireAuthorization(Policies.User)
            .WithMetadata(new ErrorStyle(BadJson: "BAD_REQUEST"), new RequestSizeLimitAttribute(LargestBody)).WithoutStorage();
        own.MapPost("/ai-mission-grant", MissionGrantHandlers.IssueAsync).GuardVault(VaultActions.MissionGrant).RequireRateLimiting(VaultEndpoints.Limit)
            .WithSummary("Let the mission runner decrypt some records for a while").Accepts<MissionGrantRequest>("application/json")
            .Produces<MissionGrantResponse>().Produces(400).Produces(401).Produces(404).Produces(409).Produces(429).Produces(503);
        own.MapGet("/ai-mission-grants", MissionGrantHandlers.ListAsync).WithSummary("What was granted").Produces<MissionGrantList>().Produces(401);
        own.MapDelete("/ai-mission-grants/{id}", MissionGrantHandlers.RevokeAsync).RequireLiveSession()
            .WithSummary("Take a grant back").Produces(200).Produces(401).Produces(404);
        own.MapDelete("/ai-mission-grants", MissionGrantHandlers.RevokeAllAsync).RequireLiveSession()
            .WithSummary("Take back all grants, or those of one mission").Produces<MissionGrantsRevoked>().Produces(401);

        var runner = app.MapGroup("/api/v1/internal/ai-mission-grants").WithTags("internal").RequireAuthorization(Policies.Service)
            .WithMetadata(new DisableCorsAttribute()).WithoutStorage();
        runner.MapGet("/{id}", MissionGrantHandlers.CheckAsync).WithSummary("Whether a grant still stands").Produces<MissionGrantView>().Produces(401).Produces(404);
        runner.MapGet("", MissionGrantHandlers.CheckMissionAsync).WithSummary("Whether a mission has a grant that still stands").Produces<MissionGrantCheck>().Produces(400).Produces(401);
    }
}
