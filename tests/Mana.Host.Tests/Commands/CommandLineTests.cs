using Mana.Auth.Contracts;
using Mana.Host.Commands;

namespace Mana.Host.Tests.Commands;

/// <summary>What the process understands of its arguments.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData]
    [InlineData("--environment=Production")]
    [InlineData("--Server:Port", "1234")]
    public void Settings_are_for_the_server(params string[] args) => Assert.IsType<CommandLine.Serve>(CommandLine.Parse(args));

    [Fact]
    public void An_import_has_defaults()
    {
        var request = Assert.IsType<CommandLine.ImportSync>(CommandLine.Parse(["import-sync", "--from", "Host=x"])).Request;
        Assert.Equal(("Host=x", "sync_changes", 1000, false, 0), (request.Source, request.Table, request.BatchSize, request.VerifyOnly, request.Renames.Count));
    }

    [Fact]
    public void An_import_takes_every_option_in_any_order()
    {
        var request = Assert.IsType<CommandLine.ImportSync>(CommandLine.Parse(
            ["import-sync", "--verify-only", "--rename", "zitare=quotes, quotes/old=new", "--batch", "50", "--table", "old.sync_changes", "--from", "postgresql://u@h/d"])).Request;
        Assert.Equal(("postgresql://u@h/d", "old.sync_changes", 50, true), (request.Source, request.Table, request.BatchSize, request.VerifyOnly));
        Assert.Equal([KeyValuePair.Create("quotes/old", "new"), KeyValuePair.Create("zitare", "quotes")], request.Renames.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void An_import_of_accounts_has_defaults_and_takes_every_option()
    {
        Assert.Equal(new AuthImportRequest("Host=x", "auth", 500, false), Assert.IsType<CommandLine.ImportAuth>(CommandLine.Parse(["import-auth", "--from", "Host=x"])).Request);
        Assert.Equal(
            new AuthImportRequest("postgresql://u@h/d", "old", 50, true),
            Assert.IsType<CommandLine.ImportAuth>(CommandLine.Parse(["import-auth", "--dry-run", "--batch", "50", "--schema", "old", "--from", "postgresql://u@h/d"])).Request);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("import-auth", "--help")]
    [InlineData("import-sync", "--from", "x", "-h")]
    public void Help_is_given_before_anything_else(params string[] args) => Assert.IsType<CommandLine.Help>(CommandLine.Parse(args));

    [Fact]
    public void Keys_are_replaced_only_when_it_is_said_in_full() => Assert.IsType<CommandLine.RotateKeys>(CommandLine.Parse(["rotate-keys", "--emergency"]));

    [Theory]
    [InlineData("serve")]
    [InlineData("rotate-keys")]
    [InlineData("rotate-keys", "--emergency", "x")]
    [InlineData("import-auth")]
    [InlineData("import-auth", "--from")]
    [InlineData("import-auth", "--from", "x", "--batch", "0")]
    [InlineData("import-auth", "--from", "x", "--table", "y")]
    [InlineData("import-sync", "--from")]
    [InlineData("import-sync", "--from", "x", "y")]
    [InlineData("import-sync", "--from", "x", "--batch", "0")]
    [InlineData("import-sync", "--from", "x", "--batch", "2001")]
    [InlineData("import-sync", "--from", "x", "--rename", "zitare")]
    [InlineData("import-sync", "--from", "x", "--rename", "a/b=c/d")]
    public void Anything_else_is_refused(params string[] args) => Assert.IsType<CommandLine.Wrong>(CommandLine.Parse(args));

    [Fact]
    public void Progress_tells_share_speed_and_time_left() => Assert.Equal(
        "Importing [###############...............] 50 %  5,000 of 10,000 rows  1,000 rows/s  0:00:05 left",
        ProgressLine.Text("Importing", 5000, 10000, TimeSpan.FromSeconds(5)));

    [Fact]
    public void Progress_of_nothing_is_complete() => Assert.StartsWith(
        "Verifying [##############################] 100 %  0 of 0 rows", ProgressLine.Text("Verifying", 0, 0, TimeSpan.Zero), StringComparison.Ordinal);
}
