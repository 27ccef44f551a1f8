using Mana.Devices;
using Mana.Kernel.Outbox;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Mana.Testing;

/// <summary>The whole platform in this process, over a real database; HTTP goes through the test server instead of a socket.</summary>
public sealed class TestHost(string database) : IAsyncDisposable
{
    readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    readonly List<Action<IServiceCollection>> _services = [];
    readonly string _mail = Path.Combine(Path.GetTempPath(), "mana-test-mail-" + Guid.NewGuid().ToString("N"));
    Factory? _factory;

    public string Database => database;

    public string Environment { get; init; } = "Development";

    public IServiceProvider Services => Running.Services;

    Factory Running => _factory ?? throw new InvalidOperationException("StartAsync first.");

    /// <summary>Sets a configuration key, before the start.</summary>
    public TestHost With(string key, string value)
    {
        _settings[key] = value;
        return this;
    }

    /// <summary>Replaces the clock of the whole host, before the start.</summary>
    public TestHost With(TimeProvider clock) => With(services => services.Replace(ServiceDescriptor.Singleton(clock)));

    public TestHost With(Action<IServiceCollection> configure)
    {
        _services.Add(configure);
        return this;
    }

    public Task<TestHost> StartAsync()
    {
        _factory = new Factory(this);
        _ = _factory.Services;
        return Task.FromResult(this);
    }

    public HttpClient CreateClient() => Running.CreateDefaultClient();

    public WebSocketClient CreateWebSocketClient() => Running.Server.CreateWebSocketClient();

    /// <summary>Registers a fresh person and signs in; the client carries the access token.</summary>
    public async Task<Account> CreateAccountAsync() => await Account.CreateAsync(CreateClient(), "t" + Guid.NewGuid().ToString("N")[..20] + "@example.test");

    /// <summary>A further session of the same person, as a second device has.</summary>
    public async Task<Account> SignInAsync(Account person) => await Account.SignInAsync(CreateClient(), person.Email);

    /// <summary>Returns when every event is delivered that was committed before, and every one that its handlers sent.</summary>
    public async Task DrainAsync()
    {
        // An event that is due only after a standing clock moves would be waited for until the run is ended from outside.
        var deadline = System.Diagnostics.Stopwatch.StartNew();
        var dispatcher = Services.GetServices<IHostedService>().OfType<OutboxDispatcher>().Single();
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        do
        {
            await dispatcher.DrainAsync(CancellationToken.None);
            if (deadline.Elapsed > TimeSpan.FromMinutes(1))
                throw new TimeoutException("After a minute an event of auth.outbox was still not tried once.");
        }
        while (await IsWaitingAsync(connection));
    }

    /// <summary>Another delivery may hold an event while we look.</summary>
    static async Task<bool> IsWaitingAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM auth.outbox WHERE attempts = 0)", connection);
        return await command.ExecuteScalarAsync() is true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null)
            await _factory.DisposeAsync();
        if (Directory.Exists(_mail))
            Directory.Delete(_mail, recursive: true);
    }

    sealed class Factory(TestHost host) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment(host.Environment);
            builder.UseSetting("Database:Url", host.Database);
            builder.UseSetting("Database:MaxPoolSize", "20");
            builder.UseSetting("Jobs:Enabled", "false");
            // Hundreds of sign-ins: what a hash costs is tested where it matters.
            if (host.Environment != "Production")
                builder.UseSetting("Auth:PasswordIterations", "10000");
            builder.UseSetting("Notifications:Folder", host._mail);
            // The test server has no limit of its own for bodies, and says so at every request.
            builder.UseSetting("Logging:LogLevel:Microsoft.AspNetCore.Routing.EndpointRoutingMiddleware", "Error");
            foreach (var (key, value) in host._settings)
                builder.UseSetting(key, value);
            builder.ConfigureTestServices(services => host._services.ForEach(configure => configure(services)));
        }
    }
}
