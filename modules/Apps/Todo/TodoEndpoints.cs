using Mana.Apps.Recurrence;
using Mana.Apps.Wire;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Todo;

/// <summary>The todo app, for the module's table of contents.</summary>
internal static class TodoEndpoints
{
    public static void AddTodo(this IServiceCollection services) => services.AddSingleton<NextTask>().AddSingleton<TodoUserData>();

    public static void Map(RouteGroupBuilder api, bool legacyPaths)
    {
        MapNextTask(api.MapGroup("/todo/compute").RequireTierOf("todo"));
        MapAdmin(api.MapGroup("/todo/admin"));
        if (!legacyPaths)
            return;
        MapNextTask(api.MapGroup("/compute"));
        MapAdmin(api.MapGroup("/admin"));
    }

    static void MapNextTask(RouteGroupBuilder compute) => compute.MapPost("/next-task", TodoHandlers.NextTaskAsync).Computes()
        .WithSummary("The task that follows a completed recurring one; stores nothing").Produces<NextTaskBody>().Produces(400);

    static void MapAdmin(RouteGroupBuilder admin)
    {
        var service = admin.MapGroup("/user-data").RequireAuthorization(Policies.Service);
        service.MapGet("/{userId}", TodoHandlers.CountAsync).WithSummary("How much the todo app holds of a person").Produces<TodoCountsBody>();
        service.MapDelete("/{userId}", TodoHandlers.EraseAsync).WithSummary("Erase what the server owns of a person's todo app").Produces<ErasedBody>();
    }
}
