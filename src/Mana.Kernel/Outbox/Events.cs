using System.Text.Json;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Kernel.Outbox;

/// <summary>A fact that other modules may act on; a record in some module's <c>Contracts/</c>.</summary>
public interface IManaEvent
{
    /// <summary>Stable name, <c>module.past_tense</c>; part of the stored format, so it never changes.</summary>
    static abstract string Name { get; }
}

/// <summary>Takes an event at least once, in no promised order: be idempotent by <see cref="EventContext.EventId"/>.</summary>
public interface IManaEventHandler<in TEvent>
    where TEvent : IManaEvent
{
    Task HandleAsync(TEvent happened, EventContext context, CancellationToken cancellationToken);
}

/// <summary>What a handler learns beside the event itself.</summary>
/// <param name="EventId">The same on every delivery of one event.</param>
/// <param name="Attempt">1 on the first delivery.</param>
public sealed record EventContext(Guid EventId, DateTimeOffset OccurredAt, int Attempt);

/// <summary>Writes events into the outbox of the caller's own context: they are stored if and only if its transaction commits.</summary>
public sealed class EventWriter(IIdSource ids, TimeProvider time)
{
    public void Add<TEvent>(DbContext context, TEvent happened)
        where TEvent : IManaEvent
    {
        var now = time.GetUtcNow();
        context.Set<OutboxMessage>().Add(new OutboxMessage
        {
            Id = ids.NewGuid(),
            Type = TEvent.Name,
            Payload = JsonSerializer.Serialize(happened, JsonSerializerOptions.Web),
            OccurredAt = now,
            NextAttemptAt = now,
        });
    }
}

/// <summary>One handler as the dispatcher sees it.</summary>
internal sealed record EventSubscription(string EventName, string HandlerName, Func<IServiceProvider, string, EventContext, CancellationToken, Task> DeliverAsync);

/// <summary>A module whose schema has an outbox table.</summary>
internal sealed record OutboxSource(string Schema);

public static class EventRegistration
{
    /// <summary>Says that <paramref name="schema"/> has an outbox that must be dispatched.</summary>
    public static IServiceCollection AddManaOutbox(this IServiceCollection services, string schema) =>
        services.AddSingleton(new OutboxSource(schema));

    /// <summary>Subscribes a handler. <paramref name="handlerName"/> is stored with the event, so it never changes either.</summary>
    public static IServiceCollection AddManaEventHandler<TEvent, THandler>(this IServiceCollection services, string handlerName)
        where TEvent : IManaEvent
        where THandler : class, IManaEventHandler<TEvent>
    {
        services.AddScoped<THandler>();
        return services.AddSingleton(new EventSubscription(TEvent.Name, handlerName, (provider, payload, context, cancellationToken) =>
            provider.GetRequiredService<THandler>().HandleAsync(
                JsonSerializer.Deserialize<TEvent>(payload, JsonSerializerOptions.Web)!, context, cancellationToken)));
    }
}
