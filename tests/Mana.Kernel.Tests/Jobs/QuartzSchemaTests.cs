using Quartz;
using Xunit;

namespace Mana.Kernel.Tests.Jobs;

public sealed class QuartzSchemaTests(JobsDatabase database) : IClassFixture<JobsDatabase>
{
    // Tables of an execution history that we do not keep: Quartz reads them only when told to.
    private const string NotOurs = "('qrtz_execution_history', 'qrtz_misfire_history', 'qrtz_job_status')";

    [Fact]
    public async Task Our_tables_are_those_that_the_package_would_create()
    {
        await CreateReferenceAsync();

        foreach (var catalogue in new[]
        {
            $"""
            select table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(character_maximum_length::text, '') || ' ' || is_nullable
                || ' ' || coalesce(column_default, '')
            from information_schema.columns where table_schema = '%' and table_name not in {NotOurs} order by 1
            """,
            $"""
            select replace(indexdef, '%.', '') from pg_indexes where schemaname = '%' and tablename not in {NotOurs} order by 1
            """,
            $"""
            select replace(conrelid::regclass || ' ' || pg_get_constraintdef(oid), '%.', '')
            from pg_constraint where connamespace = '%'::regnamespace and conrelid::regclass::text not in (select '%.' || unnest(array{NotOurs.Replace('(', '[').Replace(')', ']')})) order by 1
            """,
        })
        {
            var ours = await database.QueryAsync<string>(catalogue.Replace("%", "jobs", StringComparison.Ordinal));
            var theirs = await database.QueryAsync<string>(catalogue.Replace("%", "reference", StringComparison.Ordinal));
            Assert.NotEmpty(ours);
            Assert.Equal(theirs, ours);
        }
    }

    private async Task CreateReferenceAsync()
    {
        var assembly = typeof(IScheduler).Assembly;
        await using var stream = assembly.GetManifestResourceStream("Quartz.Impl.AdoJobStore.Schema.create_postgres.sql")!;
        using var reader = new StreamReader(stream);
        var script = (await reader.ReadToEndAsync())
            .Replace("{0}", "reference.qrtz_", StringComparison.Ordinal)
            .Replace("{1}", "qrtz_", StringComparison.Ordinal);
        await database.ExecuteAsync("create schema reference;" + script);
    }
}
