using Mana.Kernel.Database;
using Xunit;

namespace Mana.Kernel.Tests.Database;

public sealed class ConnectionStringsTests
{
    [Fact]
    public void A_url_and_the_npgsql_form_mean_the_same()
    {
        var url = ConnectionStrings.Parse("postgresql://ann:p%40ss%3Aword@db.test:6543/mana?sslmode=require");
        var pairs = ConnectionStrings.Parse("Host=db.test;Port=6543;Database=mana;Username=ann;Password=p@ss:word;SSL Mode=Require");
        Assert.Equal((pairs.Host, pairs.Port, pairs.Database, pairs.Username, pairs.Password, pairs.SslMode), (url.Host, url.Port, url.Database, url.Username, url.Password, url.SslMode));
        Assert.Equal(5432, ConnectionStrings.Parse("postgres://ann@db.test/mana").Port);
    }

    [Fact]
    public void A_stronger_role_is_only_used_to_migrate_and_the_app_role_gets_a_password_derived_from_its()
    {
        var options = new DatabaseOptions { Url = "postgres://admin:topsecret@db.test/mana" };
        Assert.Equal("admin", ConnectionStrings.Migration(options)!.Username);
        var runtime = ConnectionStrings.Runtime(options);
        Assert.Equal("mana_app", runtime.Username);
        Assert.Equal(64, runtime.Password!.Length);
        Assert.NotEqual(runtime.Password, ConnectionStrings.AppPassword("another"));
    }

    [Fact]
    public void The_app_role_itself_migrates_nothing_unless_a_migration_url_is_given()
    {
        var options = new DatabaseOptions { Url = "postgres://mana_app:own@db.test/mana" };
        Assert.Null(ConnectionStrings.Migration(options));
        Assert.Equal("own", ConnectionStrings.Runtime(options).Password);
        options.MigrationUrl = "postgres://owner:x@db.test/mana";
        Assert.Equal("owner", ConnectionStrings.Migration(options)!.Username);
    }

    [Fact]
    public void A_password_given_apart_belongs_to_every_url_that_names_none()
    {
        var options = new DatabaseOptions { Url = "postgres://admin@db.test/mana", Password = "a p@ss:word" };
        Assert.Equal("a p@ss:word", ConnectionStrings.Migration(options)!.Password);
        Assert.Equal(ConnectionStrings.AppPassword("a p@ss:word"), ConnectionStrings.Runtime(options).Password);
        options.MigrationUrl = "postgres://owner:own@db.test/mana";
        Assert.Equal("own", ConnectionStrings.Migration(options)!.Password);
    }

    [Fact]
    public void Behind_a_pooler_nothing_is_prepared_and_migrations_go_past_it()
    {
        var options = new DatabaseOptions { Url = "postgres://admin:topsecret@pooler.test:6432/mana" };
        Assert.Equal(("pooler.test", 100), (ConnectionStrings.Direct(options).Host, ConnectionStrings.Runtime(options).MaxAutoPrepare));
        options.DirectUrl = "postgres://admin:topsecret@db.test/mana";
        var (runtime, direct) = (ConnectionStrings.Runtime(options), ConnectionStrings.Direct(options));
        Assert.Equal(("pooler.test", 0, "mana_app"), (runtime.Host, runtime.MaxAutoPrepare, runtime.Username));
        Assert.Equal(("db.test", DirectConnection.PoolSize, "mana_app"), (direct.Host, direct.MaxPoolSize, direct.Username));
        Assert.Equal(runtime.Password, direct.Password);
        Assert.Equal(("db.test", "admin"), (ConnectionStrings.Migration(options)!.Host, ConnectionStrings.Migration(options)!.Username));
        options.MaxAutoPrepare = 20;
        Assert.Equal(20, ConnectionStrings.Runtime(options).MaxAutoPrepare);
    }

    [Theory]
    [InlineData("postgres://admin:topsecret@one.test:6543,two.test/mana?sslmode=require")]
    [InlineData("Host=one.test:6543,two.test;Database=mana;Username=admin;Password=topsecret;SSL Mode=Require;Target Session Attributes=standby")]
    public void Replicas_are_one_connection_each_of_the_role_that_serves(string url)
    {
        var options = new DatabaseOptions { Url = "postgres://admin:topsecret@db.test/mana", ReadUrl = url };
        Assert.Empty(options.Problems(production: false));
        var replicas = ConnectionStrings.Replicas(options).ToList();
        Assert.Equal([("one.test", 6543), ("two.test", 5432)], replicas.ConvertAll(replica => (replica.Host!, replica.Port)));
        Assert.All(replicas, replica => Assert.Equal(("mana_app", ConnectionStrings.Runtime(options).Password, "mana"), (replica.Username, replica.Password, replica.Database)));
        // Each must be accepted by itself.
        using var sources = new ReadReplicas(options);
        Assert.Equal(2, sources.Sources.Count);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Port=5432")]
    public void Replicas_that_nobody_can_find_are_refused(string url) =>
        Assert.Contains(new DatabaseOptions { Url = "postgres://admin@db.test/mana", ReadUrl = url }.Problems(production: false), problem => problem.StartsWith("READ_DATABASE_URL", StringComparison.Ordinal));

    [Theory]
    [InlineData(null, "DATABASE_URL is not set")]
    [InlineData("postgres://mana:devpassword@db/mana", "password in DATABASE_URL")]
    public void Production_refuses_a_missing_url_and_a_default_password(string? url, string names) =>
        Assert.Contains(new DatabaseOptions { Url = url }.Problems(production: true), problem => problem.Contains(names, StringComparison.Ordinal));
}
