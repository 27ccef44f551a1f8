using Mana.Auth.Admin;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Personas;

/// <summary>Automated test users (auth.md 16, 17.4): services and routes.</summary>
internal static class PersonaEndpoints
{
    const int LargestBody = 256 * 1024;
    const int LargestJournal = 2 * 1024 * 1024;

    public static void AddPersonas(this IServiceCollection services) =>
        services.AddScoped<PersonaKeeping>().AddScoped<PersonaList>().AddSingleton<PersonaJournal>();

    public static void Map(IEndpointRouteBuilder app)
    {
        var admin = app.MapGroup("/api/v1/admin/personas").WithTags("personas").RequireAuthorization(Policies.User)
            .WithMetadata(new ErrorStyle(), new RequestSizeLimitAttribute(LargestBody)).WithoutStorage();
        admin.MapPost("", PersonaHandlers.KeepAsync).AsAdmin("persona.keep").WithSummary("Make a persona, or change the one with this address")
            .Accepts<PersonaRequest>("application/json").Produces<PersonaKept>().Produces(400).Produces(401).Produces(403).Produces(409).Produces(429);
        admin.MapGet("", PersonaHandlers.ListAsync).AsAdmin("personas").WithSummary("All personas, newest first").Produces<PersonasResponse>().Produces(401).Produces(403);
        admin.MapGet("/{id}", PersonaHandlers.FindAsync).AsAdmin("persona.read").WithSummary("A persona, its last actions and how it liked the modules")
            .Produces<PersonaDetails>().Produces(401).Produces(403).Produces(404);
        admin.MapDelete("/{id}", PersonaHandlers.RemoveAsync).AsAdmin("persona.remove", stepUp: true).WithSummary("Erase a persona and everything it left")
            .Produces<PersonaRemoved>().Produces(400).Produces(401).Produces(403).Produces(404);

        var runner = app.MapGroup("/api/v1/internal/personas").WithTags("internal").RequireAuthorization(Policies.Service)
            .WithMetadata(new DisableCorsAttribute(), new ErrorStyle(), new RequestSizeLimitAttribute(LargestJournal)).WithoutStorage();
        runner.MapGet("/due", PersonaHandlers.DueAsync).WithSummary("Personas whose turn it is").Produces<DueResponse>().Produces(401);
        runner.MapPost("/{id}/actions", PersonaHandlers.ActionsAsync).WithSummary("What a persona did").Accepts<ActionsRequest>("application/json")
            .Produces<JournalWritten>().Produces(400).Produces(401).Produces(404);
        runner.MapPost("/{id}/feedback", PersonaHandlers.FeedbackAsync).WithSummary("How a persona liked modules").Accepts<FeedbackRequest>("application/json")
            .Produces<JournalWritten>().Produces(400).Produces(401).Produces(404);
    }
}
