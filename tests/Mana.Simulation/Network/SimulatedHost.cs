using Mana.Auth.Spaces;
using Mana.Simulation.Devices;
using Mana.Sync.Compaction;
using Mana.Sync.Spaces;
using Mana.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Simulation.Network;

/// <summary>One host of the platform in this process.</summary>
internal sealed class SimulatedHost : IAsyncDisposable
{
    readonly TestHost _host;
    readonly HttpMessageInvoker _http;
    readonly Tenancy _tenancy;
    readonly TokenForge _forge;

    SimulatedHost(TestHost host, string name)
    {
        (_host, Name, _forge) = (host, name, new TokenForge(host));
        _http = new HttpMessageInvoker(((TestServer)host.Services.GetRequiredService<IServer>()).CreateHandler());
        _tenancy = host.Services.GetRequiredService<Tenancy>();
    }

    public string Name { get; }

    public static async Task<SimulatedHost> StartAsync(string database, string name)
    {
        var host = await new TestHost(database).With("Database:MaxPoolSize", "40")
            .With(services => services.AddLogging(logging => logging.ClearProviders().SetMinimumLevel(LogLevel.None))).StartAsync();
        return new SimulatedHost(host, name);
    }

    public Task<string> TokenAsync(string userId) => _forge.ForAsync(userId);

    public async Task<Reply> SendAsync(Request request)
    {
        using var message = request.Message(request.Device.Person.Token);
        using var response = await _http.SendAsync(message, CancellationToken.None);
        return Reply.Read((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>One call in a scope of its own, as a request has.</summary>
    public async Task<T> WithSpacesAsync<T>(Func<SpaceMemberships, Task<T>> call)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await call(scope.ServiceProvider.GetRequiredService<SpaceMemberships>());
    }

    /// <summary>Folds one scope, as the hourly job would once its rows are old enough. Tombstones stay.</summary>
    public Task CompactAsync(long scopeId, string scope, long until) =>
        new ScopeCompaction(_host.Services.GetRequiredService<NpgsqlDataSource>(), scopeId, scope).RunAsync(until, 0, CancellationToken.None);

    /// <summary>What the event about a membership does, on arrival.</summary>
    public void Forget(string userId) => _tenancy.Forget(userId);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }

    public override string ToString() => Name;
}
