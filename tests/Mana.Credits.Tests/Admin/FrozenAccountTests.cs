using System.Collections.Concurrent;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mana.Credits.Tests.Admin;

/// <summary>What administrators do with an account that the audit holds.</summary>
public sealed class FrozenAccountTests(FrozenAccountTests.World world) : IClassFixture<FrozenAccountTests.World>
{
    public sealed class World : CreditsFixture, ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }

        protected override TestHost Configure(TestHost host) => host.With(services => services.AddSingleton<ILoggerProvider>(this));
    }

    [Fact]
    public async Task An_administrator_corrects_a_frozen_account_and_who_unfreezes_it_is_logged()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync(100));
        await world.ScalarAsync<object>("SELECT credits.set_frozen(id, now()) FROM credits.accounts WHERE owner_id = $1 AND kind = 'available'", person.UserId);
        (await person.UseAsync(1)).Refused(409, "account_frozen");
        Task<Answer> AdjustAsync(decimal amount) => admin.PostAsync($"admin/credits/{person.UserId}/adjust", new { amount, reason = "a correction", referenceId = $"r{amount}" });
        (await AdjustAsync(-10)).Ok();
        (await AdjustAsync(-1000)).Refused(402);
        Assert.Equal(90_000, (await world.BalanceAsync(person)).Available.Milli);
        (await person.UseAsync(1)).Refused(409, "account_frozen");
        (await admin.PostAsync($"admin/credits/{person.UserId}/unfreeze")).Ok();
        Assert.Contains(world.Lines, line => line.StartsWith($"Administrator {admin.UserId} let account", StringComparison.Ordinal));
        (await person.UseAsync(1)).Ok();
    }
}
