using Mana.Host.Postgres;

namespace Mana.Host.Tests.Postgres;

public sealed class PostgresBinariesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("mana-host-tests-").FullName;

    [Fact]
    public async Task Missing_binaries_are_one_message_with_the_command_that_installs_them()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => PostgresBinaries.FindAsync(new() { BinDirectory = _root }, clusterMajor: null, CancellationToken.None));

        var command = OperatingSystem.IsMacOS() ? "brew install postgresql@16" : File.Exists("/etc/debian_version") ? "apt-get install postgresql" : "postgresql-server";
        Assert.Contains(command, error.Message, StringComparison.Ordinal);
        Assert.Contains(_root, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_is_only_opened_by_its_own_major_version()
    {
        Install("bin", "15.6");
        Assert.Equal(15, (await FindAsync(15)).Major);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => FindAsync(13));
        Assert.Contains("made by PostgreSQL 13, but only 15 is installed", error.Message, StringComparison.Ordinal);

        Task<PostgresBinaries> FindAsync(int clusterMajor) =>
            PostgresBinaries.FindAsync(new() { BinDirectory = Path.Combine(_root, "bin") }, clusterMajor, CancellationToken.None);
    }

    [Fact]
    public void Path_comes_first_then_the_highest_version()
    {
        foreach (var made in (string[])["usr/lib/postgresql/9", "usr/lib/postgresql/15", "usr/lib/postgresql/common", "opt/homebrew/opt/postgresql@16", "opt/homebrew/opt/redis"])
            Directory.CreateDirectory(Path.Combine(_root, made));

        var folders = PostgresBinaries.Folders("/some/bin:relative:/other/bin", _root).Select(folder => folder.Replace(_root, "", StringComparison.Ordinal));

        Assert.Equal(
            ["/some/bin", "/other/bin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/9/bin", "/opt/homebrew/opt/postgresql@16/bin", "/opt/homebrew/bin", "/usr/local/pgsql/bin"],
            folders);
    }

    [Fact]
    public void A_link_leads_to_the_folder_where_its_siblings_are()
    {
        Install("versioned/bin", "15.6");
        var linked = Directory.CreateDirectory(Path.Combine(_root, "linked")).FullName;
        File.CreateSymbolicLink(Path.Combine(linked, "initdb"), Path.Combine(_root, "versioned/bin/initdb"));

        Assert.Equal(Path.Combine(_root, "versioned/bin"), PostgresBinaries.Resolve(linked));
    }

    [Fact]
    public void A_folder_with_only_some_of_the_programs_is_not_an_installation()
    {
        Install("bin", "15.6");
        File.Delete(Path.Combine(_root, "bin/pg_ctl"));

        Assert.Null(PostgresBinaries.Resolve(Path.Combine(_root, "bin")));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Install(string folder, string version)
    {
        Directory.CreateDirectory(Path.Combine(_root, folder));
        foreach (var program in (string[])["initdb", "postgres", "pg_ctl"])
        {
            var file = Path.Combine(_root, folder, program);
            File.WriteAllText(file, $"#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
