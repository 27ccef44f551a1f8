using System.Collections.Concurrent;
using System.Text;
using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Privacy;
using Mana.Auth.Privacy.Erasures;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Spaces;
using Mana.Kernel.Privacy;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Auth.Tests.Privacy;

/// <summary>A host with one module more, which fails, waits and remembers as a test wants it.</summary>
public sealed class PrivacyWorld : ModuleWorld
{
    internal Gadget Gadget { get; } = new();

    protected override void Configure(TestHost host) =>
        host.With("Auth:Vault:Keks", "").With(services => services.AddSingleton<IPersonalData>(Gadget).Replace(ServiceDescriptor.Singleton<ICreditTotals>(Gadget)));

    public Task<Answer> EraseAsync(Person person, object? body = null, string path = "/api/v1/me/data") => Api.CallAsync("DELETE", path, body, person.Token);

    /// <summary>The next run of the worker, after its pause.</summary>
    public async Task RunJobAsync(TimeSpan later)
    {
        Clock.Advance(later);
        await using var scope = Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ErasureRun>().RunAsync(default);
        await Host.DrainAsync();
    }

    internal async Task RetainAsync()
    {
        await using var scope = Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<PrivacyRetention>().RunAsync(default);
    }

    internal async Task<string> SpaceAsync(Person owner, params Person[] members)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        var spaces = scope.ServiceProvider.GetRequiredService<SpaceMemberships>();
        var id = ((SpaceCreation.Created)await spaces.CreateAsync(SpaceType.Team, "Chor", owner.UserId, default)).SpaceId;
        foreach (var member in members)
            await spaces.AddAsync(id, member.UserId, "member", default);
        return id;
    }

    public async Task<Answer> PushAsync(Person person, string changes, string app = "todo")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/sync/" + app)
        {
            Content = new StringContent($$"""{"clientId":"phone","since":"1970-01-01T00:00:00.000Z","changes":[{{changes}}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Client-Id", "phone");
        return (await Api.SendAsync(request, person.Token)).IsOk();
    }

    public static string Insert(string id, string table = "tasks", string title = "Milch", string? more = null) =>
        $$"""{"table":"{{table}}","id":"{{id}}","op":"insert","data":{"id":"{{id}}","title":"{{title}}","createdAt":"2026-01-01T00:00:00.000Z"}{{(more is null ? "" : "," + more)}}}""";

    public static string Delete(string id) => $$"""{"table":"tasks","id":"{{id}}","op":"delete","deletedAt":"2026-02-01T00:00:00.000Z"}""";

    public Task FlushAsync() => Host.Services.GetRequiredService<SecurityLog>().FlushAsync(default);

    public Task<bool> IsErasedAsync(string userId) => Host.Services.GetRequiredService<IErasedUsers>().IsErasedAsync(userId, default).AsTask();
}

/// <summary>A module of the test.</summary>
internal sealed class Gadget : IPersonalData, ICreditTotals
{
    public ConcurrentDictionary<string, long> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>How often it was asked to erase somebody.</summary>
    public ConcurrentDictionary<string, int> Calls { get; } = new(StringComparer.Ordinal);

    /// <summary>How many calls say that they have erased and have not.</summary>
    public ConcurrentDictionary<string, int> Keeps { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, Func<int, Task>> Erasing { get; } = new(StringComparer.Ordinal);

    public Func<string, Stream, Task>? Exporting { get; set; }

    public Func<string, CreditTotals> Credits { get; set; } = _ => CreditTotals.None;

    public string Module => "gadget";

    public async Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken)
    {
        await (Exporting is { } exporting ? exporting(userId, output) : output.WriteAsync("{}"u8.ToArray(), cancellationToken).AsTask());
    }

    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        var call = Calls.AddOrUpdate(userId, 1, (_, before) => before + 1);
        if (Erasing.TryGetValue(userId, out var erasing))
            await erasing(call);
        if (call > Keeps.GetValueOrDefault(userId))
            Rows.TryRemove(userId, out _);
    }

    public Task<long> CountAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(Rows.GetValueOrDefault(userId));

    public Task<CreditTotals> OfUserAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(Credits(userId));
}
